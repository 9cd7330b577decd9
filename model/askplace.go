package model

import (
	"encoding/binary"
	"math"

	"arbor/store"
)

// append encodes a standing, of its node only the id, and nothing of its urgency.
func (s *Standing) append(b []byte) []byte {
	b = append(b, s.Node.ID[:]...)
	b = binary.AppendUvarint(b, uint64(len(s.Tags)))
	for _, tag := range s.Tags {
		b = appendBytes(b, tag)
	}
	b = binary.BigEndian.AppendUint64(b, math.Float64bits(s.Prio))
	b = append(appendDate(b, s.Due), s.DueOf[:]...)
	b = binary.AppendUvarint(b, uint64(len(s.Blocked)))
	for _, id := range s.Blocked {
		b = append(b, id[:]...)
	}
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(s.Blocking)), uint64(s.Below))
}

func decodeStanding(d *decoder) (s Standing) {
	s.Node.ID = d.id()
	for range d.count(1) {
		s.Tags = append(s.Tags, d.string())
	}
	s.Prio = math.Float64frombits(d.u64())
	s.Due, s.DueOf = decodeDate(d), d.id()
	for range d.count(len(ID{})) {
		s.Blocked = append(s.Blocked, d.id())
	}
	s.Blocking, s.Below = int(d.uvarint()), int(d.uvarint())
	return s
}

// whereabouts is where a node stands, as the owner of the store says it.
type whereabouts struct {
	short   int  // digits of the shortest id
	lineage []ID // the node and what it hangs from, the nearest first
}

// AskMany prepares for being asked where many nodes stand: by a sheet, unless the owner of the store says it of all that are listed.
func (v *View) AskMany() error {
	if v.known != nil && !v.unanswered {
		return nil
	}
	_, err := v.Sheet()
	return err
}

// askedPlace returns the place of a node. It asks for the places of all nodes that were listed with it, once the owner has answered which they
// are; else ok is false.
func (v *View) askedPlace(id ID) (at whereabouts, ok bool, err error) {
	if at, ok = v.known[id]; ok || v.known == nil || v.unanswered {
		return at, ok, nil
	}
	ids := []ID{id}
	for i := range v.recent {
		if v.recent[i].id == id {
			ids = ids[:0]
			for _, m := range v.recent {
				ids = append(ids, m.id)
			}
			break
		}
	}
	var text []byte
	for _, id := range ids {
		text = append(text, id[:]...)
	}
	d, err := v.put(v.r.(*store.Snapshot), appendBytes([]byte{questionVersion, askPlaces}, text))
	if err != nil || d == nil {
		return at, false, err
	}
	for _, id := range ids {
		p := whereabouts{short: int(d.byte()), lineage: make([]ID, 0, 8)}
		for range d.count(len(ID{})) {
			p.lineage = append(p.lineage, d.id())
		}
		v.known[id] = p
	}
	at, ok = v.known[id]
	return at, ok, d.end()
}

// answerPlaces says where nodes stand.
func (v *View) answerPlaces(d *decoder) (b []byte, ok bool, err error) {
	if ok, err := v.sheetAtHand(); err != nil || !ok {
		return nil, false, err
	}
	for len(d.b) > 0 && d.err == nil {
		slot, found := v.sheet.Slot(d.id())
		if !found {
			return nil, false, nil
		}
		up := v.sheet.lineage(slot)
		b = append(b, byte(len(v.sheet.Short(slot))))
		b = binary.AppendUvarint(b, uint64(len(up)))
		for _, id := range up {
			b = append(b, id[:]...)
		}
	}
	return b, d.err == nil, d.err
}

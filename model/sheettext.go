package model

import (
	"arbor/model/query"
	"arbor/store"
)

// maxSheetTexts bounds how many bytes of texts are kept in memory beside a sheet. Of a tree with more, texts are read for each question.
const maxSheetTexts = 256 << 20

// textBlock is the texts of the nodes of a factBlock, one behind the other.
type textBlock struct {
	ends []uint32 // nil where they are not read
	b    []byte
}

func (t *textBlock) text(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.b[from:t.ends[i]]
}

// texts returns the texts of all nodes of the view's sheet, by block; nil if they are too long to be kept, or if a process asks for them for the first
// time, which may be the last. They cost one read of all records, and after changes one of the blocks that changed.
func (v *View) texts(s *Sheet) ([]textBlock, error) {
	all := &v.t.sheets
	if _, state := v.r.(*store.Snapshot); !state || v.fold != nil || all.long.Load() || !all.read.Swap(true) {
		return nil, nil
	}
	s.textMu.Lock()
	defer s.textMu.Unlock()
	if s.whole {
		return s.texts, nil
	}
	blocks := make([]textBlock, len(s.blocks))
	copy(blocks, s.texts)
	var sizes [2]int
	if err := together(len(sizes), func(part int) error {
		end := (part + 1) * len(blocks) / len(sizes)
		for from := part * len(blocks) / len(sizes); from < end && sizes[part] <= maxSheetTexts; {
			if t := &blocks[from]; t.ends != nil {
				sizes[part] += len(t.b)
				from++
				continue
			}
			to := from + 1
			for to < end && blocks[to].ends == nil {
				to++
			}
			size, err := v.readTexts(s, blocks, from, to)
			if err != nil {
				return err
			}
			sizes[part] += size
			from = to
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if sizes[0]+sizes[1] > maxSheetTexts {
		all.long.Store(true)
		return nil, nil
	}
	s.texts, s.whole = blocks, true
	return blocks, nil
}

// readTexts reads the texts of blocks in a row, until they are too long, and returns how long they are.
func (v *View) readTexts(s *Sheet, blocks []textBlock, from, to int) (size int, err error) {
	first := s.blocks[from].id(0)
	r := store.Range{From: first[:]}
	if to < len(s.blocks) {
		end := s.blocks[to].id(0)
		r.To = end[:]
	}
	at := from
	t := textBlock{ends: make([]uint32, 0, s.blocks[at].nodes)}
	for e, err := range v.r.Scan(v.t.ks.nodes, r) {
		if err != nil {
			return size, err
		}
		if len(t.ends) == s.blocks[at].nodes {
			blocks[at] = t
			at++
			t = textBlock{ends: make([]uint32, 0, s.blocks[at].nodes), b: make([]byte, 0, len(t.b)+len(t.b)/8)}
		}
		text := recordText(e.Value)
		if size += len(text); size > maxSheetTexts {
			return size, nil
		}
		t.b = append(t.b, text...)
		t.ends = append(t.ends, uint32(len(t.b)))
	}
	blocks[at] = t
	return size, nil
}

// recordText returns the text in a record.
func recordText(record []byte) []byte {
	for d := (decoder{b: record}); len(d.b) > 0 && d.err == nil; {
		kind, part := d.byte(), d.bytes()
		if kind == partText {
			return part
		}
		if kind > partText {
			break
		}
	}
	return nil
}

// inherit takes over the texts of the blocks that s has from the sheet that it was made of.
func (s *columns) inherit(was *columns) {
	was.textMu.Lock()
	defer was.textMu.Unlock()
	if was.texts == nil {
		return
	}
	s.texts = make([]textBlock, len(s.blocks))
	old := 0
	for i, b := range s.blocks {
		for old < len(was.blocks) && &was.blocks[old].b[0] != &b.b[0] && string(was.blocks[old].b[:len(ID{})]) <= string(b.b[:len(ID{})]) {
			old++
		}
		if old < len(was.blocks) && &was.blocks[old].b[0] == &b.b[0] {
			s.texts[i] = was.texts[old]
			old++
		}
	}
}

// told finds what is meant among the nodes that hits says, all if it is nil, by the facts and the texts in memory: no record is read.
func (w *selection) told(s *Sheet, hits []bool, texts []textBlock) error {
	d, err := w.deciding(s, 2)
	if err != nil {
		return err
	}
	d.keep = false
	var in [len(factTops)]bool
	for i, top := range factTops {
		in[i] = w.tops[top]
	}
	facts, want := needsFacts(w.q.Expr), required(w.q.Expr)
	if err := together(len(d.parts), func(part int) error {
		p, may, judge := &d.parts[part], literal{want: want}, judged(w.q.Expr, w.q.Now)
		for i := part * len(texts) / len(d.parts); i < (part+1)*len(texts)/len(d.parts); i++ {
			for k := range texts[i].ends {
				slot := int(s.starts[i]) + k
				bits := s.bits[slot]
				if bits&factBuiltin != 0 || !in[bits/factTop] || hits != nil && !hits[slot] {
					continue
				}
				text := texts[i].text(k)
				if judge != nil && judge(bits) == meansNot || !may.in(text) {
					continue
				}
				if p.lent.ID = s.blocks[i].id(k); facts {
					s.Facts(slot).fill(&p.lent)
				}
				p.lent.Text, p.lent.slot = lent(text), slot
				ok, err := d.keeps(&p.lent)
				if err != nil {
					return err
				}
				if ok {
					d.found[slot] = true
					p.n++
				}
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return d.end()
}

// needsFacts reports whether an expression asks, on a sheet, for more than texts, bits, places and columns.
func needsFacts(e query.Expr) bool {
	some := func(parts []query.Expr) bool {
		for _, x := range parts {
			if needsFacts(x) {
				return true
			}
		}
		return false
	}
	switch e := e.(type) {
	case query.And:
		return some(e)
	case query.Or:
		return some(e)
	case query.Not:
		return needsFacts(e.X)
	case query.Word, query.Phrase, query.Regexp, query.Named, query.Under, query.Inside, query.Above, query.Tagged, query.Depth:
		return false
	case query.Date:
		return e.Key != dateNames[regCreated] && e.Key != dateNames[regModified] && e.Key != dateNames[regFinished]
	}
	return true
}

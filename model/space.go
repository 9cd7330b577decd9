package model

import (
	"encoding/binary"

	"arbor/store"
	"arbor/timeseries"
)

// spaces are the keyspaces of a tree.
type spaces struct {
	nodes, places, notes, terms, arrows, events, log, meta store.Keyspace

	book *timeseries.Book
}

func openSpaces(db *store.DB) (spaces, error) {
	var s spaces
	ks, err := db.Keyspaces(Keyspaces()...) // a new store gets all of them by one commit
	if err != nil {
		return s, err
	}
	for i, at := range []*store.Keyspace{&s.nodes, &s.places, &s.notes, &s.terms, &s.arrows, &s.events, &s.log, &s.meta} {
		*at = ks[i]
	}
	s.book, err = timeseries.Open(db)
	return s, err
}

// placeKey is parent, order, 0, id. An order is followed by something above 0 in every order it is a prefix of, so keys compare like
// orders, then ids.
func placeKey(parent ID, order []byte, id ID) []byte {
	k := make([]byte, 0, len(parent)+len(order)+1+len(id))
	k = append(append(k, parent[:]...), order...)
	return append(append(k, 0), id[:]...)
}

// splitPlace reads what placeKey made.
func splitPlace(k []byte) (parent ID, order []byte, id ID) {
	copy(parent[:], k)
	end := len(k) - len(id) - 1
	copy(id[:], k[end+1:])
	return parent, k[len(parent):end], id
}

func arrowKey(to, from ID) []byte { return append(append(make([]byte, 0, 16), to[:]...), from[:]...) }

func logKey(d device, first uint64) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, 16), d[:]...), first)
}

// Keys in meta.
var (
	selfKey = []byte("self")
	foldKey = []byte("fold")
)

const deviceMark, undoMark, redoMark = 'd', 'u', 'r'

func deviceKey(d device) []byte { return append([]byte{deviceMark, '/'}, d[:]...) }

func stackKey(mark byte, d device, block uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte{mark, '/'}, d[:]...), block)
}

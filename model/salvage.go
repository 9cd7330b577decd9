package model

import "arbor/timeseries"

// Keyspaces are the names of the keyspaces of a tree, in the order in which a new store gets them.
func Keyspaces() []string {
	return append([]string{"nodes", "places", "notes", "terms", "arrows", "events", "log", "meta"}, timeseries.Keyspaces()...)
}

// KeyOf tells, of a key in a keyspace of a tree, of which node it is, and what of it: false if it is of none.
func KeyOf(keyspace string, key []byte) (what string, id ID, ok bool) {
	switch {
	case keyspace == "nodes" && len(key) == len(id):
		return "record", ID(key), true
	case keyspace == "notes" && len(key) == len(id):
		return "note", ID(key), true
	case keyspace == "places" && len(key) > 2*len(id):
		_, _, id = splitPlace(key)
		return "place", id, true
	case keyspace == "events" && len(key) == 18:
		return "event", ID(key[1:]), true
	}
	return "", id, false
}

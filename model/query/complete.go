package query

import (
	"slices"
	"strings"
)

// Keys are the keys whose meaning is the language's, beside those of dates and fields.
var Keys = []string{"above", "depth", "group", "has", "is", "limit", "sort", "state", "tag", "under"}

// Complete returns what the last word of a query may become, each as a whole word, sorted as the language lists them: what is: has: state: sort: and
// group: take, and the keys that begin like the word. states are all that state: takes. A minus and parentheses before the word stay before it. It is
// empty where something else knows the words: ids, tags, dates, names.
func Complete(word string, states []string) []string {
	bare := strings.TrimLeft(word, "(-")
	lead := word[:len(word)-len(bare)]
	var out []string
	offer := func(before, begun, after string, words []string) {
		for _, w := range words {
			if strings.HasPrefix(w, begun) {
				out = append(out, lead+before+w+after)
			}
		}
	}
	key, val, keyed := strings.Cut(bare, ":")
	if !keyed {
		if key != "" {
			offer("", key, ":", slices.Sorted(slices.Values(slices.Concat(Keys, Dates))))
		}
		return out
	}
	// A list goes on behind its last comma, an order behind its dash.
	part := val[strings.LastIndexByte(val, ',')+1:]
	before := key + ":" + val[:len(val)-len(part)]
	switch key {
	case "is":
		offer("is:", val, "", Kinds)
	case "has":
		offer("has:", val, "", Parts)
	case "group":
		offer("group:", val, "", Groupings)
	case "state":
		offer(before, part, "", states)
	case "sort":
		if back, ok := strings.CutPrefix(part, "-"); ok {
			before, part = before+"-", back
		}
		offer(before, part, "", Orders)
	}
	return out
}

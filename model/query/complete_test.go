package query

import (
	"slices"
	"strings"
	"testing"
)

func TestComplete(t *testing.T) {
	states := []string{"todo", "done", "review"}
	for word, want := range map[string]string{
		"is:re":        "is:ready is:recurring",
		"-is:act":      "-is:active",
		"(has:back":    "(has:backlink",
		"-(has:inter":  "-(has:interval",
		"state:":       "state:todo state:done state:review",
		"state:todo,r": "state:todo,review",
		"sort:due,-u":  "sort:due,-urgency",
		"sort:t":       "sort:text sort:tree",
		"group:d":      "group:due",
		"de":           "depth:",
		"s":            "sched: sort: state:",
		"-un":          "-under: -until:",
		"due:":         "",
		"+h":           "",
		"":             "",
		"is:zz":        "",
		"limit:":       "",
	} {
		if got := strings.Join(Complete(word, states), " "); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

// Every word that is offered is understood, with a value behind the keys that have none yet.
func TestCompleteIsUnderstood(t *testing.T) {
	values := map[string]string{"above": "q7xk", "under": "q7xk", "depth": "1", "limit": "3", "tag": "x", "has": "note", "is": "open", "state": "done",
		"sort": "due", "group": "tag"}
	for _, date := range Dates {
		values[date] = "fri"
	}
	var words []string
	for _, start := range []string{"is:", "has:", "state:", "sort:", "group:", "sort:-", "sort:due,"} {
		words = append(words, Complete(start, States)...)
	}
	for c := 'a'; c <= 'z'; c++ {
		words = append(words, Complete(string(c), States)...)
	}
	if len(words) < len(Kinds)+len(Parts)+len(Keys)+len(Dates) {
		t.Fatalf("%d words are offered", len(words))
	}
	for _, w := range words {
		if key, ok := strings.CutSuffix(w, ":"); ok {
			w += values[key]
		}
		if q, err := Parse(w, now); err != nil || slices.Contains(listKeys, w[:max(0, strings.IndexByte(w, ':'))]) == q.Plain() {
			t.Errorf("%s: %v, %v", w, q, err)
		}
	}
}

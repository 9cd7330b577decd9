package query

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/clipperhouse/displaywidth"
)

// Error says which part of a query was not understood, and where it stands.
type Error struct {
	Query  string
	Column int    // of the part's first character, from 1
	Part   string // as typed
	Why    string
}

func (e *Error) Error() string {
	part := e.Part
	if r := []rune(part); len(r) > 40 {
		part = string(r[:40]) + "…"
	}
	if part == "" {
		return fmt.Sprintf("query, column %d: %s", e.Column, e.Why)
	}
	return fmt.Sprintf("query, column %d: %s %s", e.Column, strconv.Quote(part), e.Why)
}

// aroundCaret is how many characters of a long query are shown on either side of the caret.
const aroundCaret = 38

// Caret returns two lines: the query, or what of it stands near the part, and a ^ under the part's first character.
func (e *Error) Caret() string {
	all := []rune(strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || unicode.IsControl(c) {
			return ' '
		}
		return c
	}, e.Query))
	at := min(max(e.Column-1, 0), len(all))
	before, behind := all[:at], all[at:]
	if len(before) > aroundCaret {
		before = append([]rune("…"), before[len(before)-aroundCaret+1:]...)
	}
	if len(behind) > aroundCaret {
		behind = append(behind[:aroundCaret-1:aroundCaret-1], '…')
	}
	line := strings.TrimRight(string(before)+string(behind), " ")
	return line + "\n" + strings.Repeat(" ", displaywidth.String(string(before))) + "^"
}

package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"arbor/model/inline"
)

// env is what a line on the command line is read with.
func (r *run) env() inline.Env { return inline.Env{Now: r.now(), Fields: r.fields} }

// parseLine reads a line of the inline grammar; what it does not understand is a mistake of the command line.
func parseLine(text string, env inline.Env) (inline.Line, error) {
	if !utf8.ValidString(text) {
		return inline.Line{}, usagef("%s is not UTF-8; convert it first, as with iconv -f LATIN1 -t UTF-8", quoted(text))
	}
	l, err := inline.Parse(text, env)
	if err != nil {
		return l, usagef("%w", err)
	}
	return l, nil
}

// understood is the end of an echo: what was read besides the text.
func understood(l inline.Line) string {
	if len(l.Understood) == 0 {
		return ""
	}
	return ": " + strings.Join(l.Understood, ", ")
}

// quoted returns text in quotes, cut to what a line of words bears.
func quoted(text string) string {
	const most = 60
	if r := []rune(text); len(r) > most {
		text = string(r[:most-1]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

package taskwarrior

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// object is one JSON object of a file.
type object struct {
	line int
	raw  []byte
	keys map[string]json.RawMessage
}

// scan cuts a file into the objects it holds. It is strict about their ends, so that a truncated file is an error, and about nothing
// between them but white space, commas and the brackets of arrays.
func scan(data []byte) ([]object, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var out []object
	line, opened := 1, 0
	for i := 0; i < len(data); {
		switch c := data[i]; c {
		case '\n':
			line++
			i++
		case ' ', '\t', '\r', ',':
			i++
		case '[':
			if opened > 0 {
				return nil, fmt.Errorf("line %d: an array within the array; Taskwarrior writes no such thing", line)
			}
			opened = line
			i++
		case ']':
			if opened == 0 {
				return nil, fmt.Errorf("line %d: ] without [", line)
			}
			opened = 0
			i++
		case '{':
			n, err := objectLen(data[i:])
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", line, err)
			}
			o := object{line: line, raw: data[i : i+n]}
			if err := json.Unmarshal(o.raw, &o.keys); err != nil {
				return nil, fmt.Errorf("line %d: this is no JSON: %w", line+before(o.raw, err), err)
			}
			out = append(out, o)
			line += bytes.Count(o.raw, []byte("\n"))
			i += n
		default:
			return nil, fmt.Errorf("line %d: %q is where a task should begin; is this what task export writes?", line, data[i:min(len(data), i+20)])
		}
	}
	if opened > 0 {
		return nil, fmt.Errorf("the array that begins in line %d does not end: the file is truncated", opened)
	}
	return out, nil
}

// objectLen returns the length of the object that b begins with.
func objectLen(b []byte) (int, error) {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1, nil
			}
		}
	}
	return 0, errors.New("the task that begins here does not end: the file is truncated")
}

// before counts the lines of raw in front of a syntax error.
func before(raw []byte, err error) int {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && int(syntax.Offset) <= len(raw) {
		return bytes.Count(raw[:syntax.Offset], []byte("\n"))
	}
	return 0
}

package cli

import (
	"bufio"
	"io"
	"regexp"
	"slices"
	"strings"

	"arbor/model/inline"
)

// readList reads a list on standard input: each line a node, deeper lines its children. One with a heading, a box to tick or a fence of code is
// Markdown.
func (r *run) readList() ([]listed, error) {
	lines, err := r.readLines()
	if err != nil {
		return nil, err
	}
	o := outline{env: r.env()}
	if slices.ContainsFunc(lines, marksMarkdown) {
		err = o.markdown(lines)
	} else {
		err = o.plain(lines)
	}
	o.endNote()
	return o.list, err
}

// readLines returns the lines of standard input without the spaces at their ends.
func (r *run) readLines() ([]string, error) {
	var lines []string
	in := bufio.NewScanner(io.LimitReader(r.In, maxList+1))
	in.Buffer(nil, maxList)
	size := 0
	for in.Scan() {
		if size += len(in.Bytes()) + 1; size > maxList {
			return nil, usagef("the list is larger than %d bytes; add it in parts", maxList)
		}
		text := strings.TrimRight(in.Text(), " \t\r")
		if len(lines) == 0 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		if lines = append(lines, text); strings.ContainsRune(text, 0) {
			return nil, usagef("line %d is no text", len(lines))
		}
	}
	if err := in.Err(); err != nil {
		return nil, usagef("line %d: %w", len(lines)+1, err)
	}
	return lines, nil
}

// outline is a list in the making.
type outline struct {
	env     inline.Env
	list    []listed
	indents []int           // of the open lines
	below   strings.Builder // the note of the last node, as far as it is read
}

// put adds a line that is indented so far, with the state of its box if it has one.
func (o *outline) put(number, indent int, body, state string) error {
	o.endNote()
	for len(o.indents) > 0 && o.indents[len(o.indents)-1] >= indent {
		o.indents = o.indents[:len(o.indents)-1]
	}
	l, err := parseLine(body, o.env)
	if err == nil && l.Text == "" {
		err = usagef("%q has no text", body)
	}
	if err != nil {
		return usagef("line %d: %w", number, err)
	}
	if state != "" && l.State == "" {
		l.State = state
		l.Understood = append(l.Understood, "state "+state)
	}
	o.list = append(o.list, listed{depth: len(o.indents), line: l, size: len(body)})
	o.indents = append(o.indents, indent)
	return nil
}

func (o *outline) plain(lines []string) error {
	for i, text := range lines {
		if strings.TrimSpace(text) == "" {
			continue
		}
		body, indent := indentation(text)
		for n := len(o.indents); n > 1; n-- {
			if o.indents[n-1] > indent && o.indents[n-2] < indent {
				return usagef("line %d is indented by %d, between two lines above it; indent it like one of them", i+1, indent)
			}
		}
		if err := o.put(i+1, indent, body, ""); err != nil {
			return err
		}
	}
	return nil
}

// The marks by which a list is known to be Markdown, and those of its items. Source: CommonMark 0.31, and the task lists of GitHub's flavour.
var (
	headingMark = regexp.MustCompile(`^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?$`)
	boxMark     = regexp.MustCompile(`^\[([ xX-])\][ \t]+`)
	numberMark  = regexp.MustCompile(`^[0-9]{1,9}[.)][ \t]+`)
	fenceMark   = regexp.MustCompile("^(```+|~~~+)")
)

// boxes are the states that the boxes of items stand for.
var boxes = map[string]string{" ": "todo", "x": "done", "X": "done", "-": "cancelled"}

func marksMarkdown(text string) bool {
	body, _ := indentation(text)
	return headingMark.MatchString(text) || body != strings.TrimSpace(text) && boxMark.MatchString(body) || fenceMark.MatchString(body)
}

// highest is the indentation of a heading of the first level: headings stand above all that is indented by spaces.
const highest = -6

// markdown reads headings and items as nodes, and what stands below them as their notes.
func (o *outline) markdown(lines []string) error {
	fence, margin, gap := "", 0, false
	for i, text := range lines {
		body, indent := indentation(text)
		blank := strings.TrimSpace(text) == ""
		switch heading := headingMark.FindStringSubmatch(text); {
		case fence != "":
			o.note(unindented(text, margin), gap)
			if strings.HasPrefix(body, fence) && strings.Trim(body, fence[:1]) == "" {
				fence = ""
			}
			blank = false
		case blank:
		case heading != nil:
			if err := o.put(i+1, highest+len(heading[1])-1, heading[2], ""); err != nil {
				return err
			}
		case fenceMark.MatchString(body) && len(o.list) > 0:
			fence, margin = fenceMark.FindString(body), indent
			o.note(body, gap)
		case numberMark.MatchString(body), body != strings.TrimSpace(text), len(o.list) == 0:
			body = numberMark.ReplaceAllString(body, "")
			state := ""
			if box := boxMark.FindStringSubmatch(body); box != nil {
				body, state = body[len(box[0]):], boxes[box[1]]
			}
			if err := o.put(i+1, indent, body, state); err != nil {
				return err
			}
		default:
			o.note(body, gap)
		}
		gap = blank
	}
	return nil
}

// note adds a line to the note of the last node, behind an empty one if there was a gap.
func (o *outline) note(text string, gap bool) {
	if o.below.Len() > 0 {
		o.below.WriteByte('\n')
		if gap {
			o.below.WriteByte('\n')
		}
	}
	o.below.WriteString(text)
}

// endNote gives the last node the note that was read below it.
func (o *outline) endNote() {
	if o.below.Len() > 0 {
		last := &o.list[len(o.list)-1]
		last.note = o.below.String()
		last.size += len(last.note)
		o.below.Reset()
	}
}

// unindented takes so many columns of spaces from the front of a line, or as many as there are.
func unindented(line string, columns int) string {
	for columns > 0 && strings.HasPrefix(line, " ") {
		line, columns = line[1:], columns-1
	}
	if columns >= tabStop {
		line = strings.TrimPrefix(line, "\t")
	}
	return line
}

// tabStop is how far a tab indents.
const tabStop = 8

// indentation cuts the spaces and the bullet from the front of a line and counts the former in columns.
func indentation(line string) (body string, columns int) {
	for i, c := range line {
		switch c {
		case ' ':
			columns++
		case '\t':
			columns += tabStop - columns%tabStop
		default:
			body = line[i:]
			for _, bullet := range []string{"- ", "* ", "+ ", "• "} {
				if rest, ok := strings.CutPrefix(body, bullet); ok {
					return strings.TrimSpace(rest), columns
				}
			}
			return body, columns
		}
	}
	return "", columns
}

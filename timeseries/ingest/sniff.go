package ingest

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// sniffedRows is how many rows Sniff looks at.
const sniffedRows = 1000

// nameColumn is the name of a column that holds the names of series without being asked for.
const nameColumn = "series"

// maxWords bounds the words of a column that are remembered for a message.
const maxWords = 6

// delimiters in the order in which they are tried.
var delimiters = []byte{',', ';', '\t', '|'}

// Sniff finds out how to read the file that begins with head. whole says that there is no more of it.
func Sniff(head []byte, whole bool, opt Options) (Layout, error) {
	if len(bytes.TrimSpace(head)) == 0 {
		return Layout{}, ErrEmpty
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return Layout{}, ErrBinary
	}
	nl := bytes.LastIndexByte(head, '\n')
	if nl < 0 && bytes.IndexByte(head, '\r') >= 0 {
		return Layout{}, &RefusedError{Why: "its lines end in carriage returns alone, as before the year 2001; convert them first"}
	}
	if !whole {
		if nl < 0 {
			return Layout{}, &RefusedError{Why: fmt.Sprintf("its first line is longer than %d bytes", len(head))}
		}
		head = head[:nl+1]
	}
	if text := bytes.TrimLeft(head, " \t\r\n"); text[0] == '{' && opt.Delimiter == 0 {
		return objects(head, opt)
	}
	if opt.Delimiter != 0 {
		if !slices.Contains(delimiters, byte(opt.Delimiter)) || opt.Delimiter > 0x7f {
			return Layout{}, &RefusedError{Why: fmt.Sprintf("--delimiter %q: it is a comma, a semicolon, a tab or a bar", string(opt.Delimiter))}
		}
		return layout(head, byte(opt.Delimiter), opt)
	}
	return sniffDelimiter(head, opt)
}

// sniffDelimiter tries each delimiter. The one under which the file can be read is right; if there are several the file is ambiguous, and if
// there is none the one that cuts most lines alike explains best why.
func sniffDelimiter(head []byte, opt Options) (Layout, error) {
	var good, reason *Layout
	var why error
	most := 0
	for _, d := range delimiters {
		if bytes.IndexByte(head, d) < 0 {
			continue
		}
		l, err := layout(head, d, opt)
		if err == nil {
			if good != nil {
				return l, &RefusedError{Why: fmt.Sprintf("it can be read with %s and with %s between columns", name(byte(good.Delimiter)), name(d)), Flag: "--delimiter"}
			}
			good = &l
			continue
		}
		score := alike(head, d)
		if l.Time >= 0 { // it came further than those without a time
			score += 1 << 20
		}
		if why == nil || score > most {
			reason, why, most = &l, err, score
		}
	}
	switch {
	case good != nil:
		return *good, nil
	case why != nil:
		return *reason, why
	}
	return layout(head, ',', opt) // one column
}

func name(d byte) string {
	return map[byte]string{',': "a comma", ';': "a semicolon", '\t': "a tab", '|': "a bar"}[d]
}

// alike counts the lines that d cuts into as many cells as the first, if that is more than one.
func alike(head []byte, d byte) int {
	r := newRecords(bytes.NewReader(head), d)
	n, want := 0, 0
	for range sniffedRows {
		cells, _, ok, err := r.next()
		if err != nil {
			break
		}
		if want == 0 {
			want = len(cells)
		}
		if ok && want > 1 && len(cells) == want {
			n++
		}
	}
	return n
}

// layout finds header and columns of a file with delimiter d. With an error it returns what it found so far; Time is -1 without a time.
func layout(head []byte, d byte, opt Options) (Layout, error) {
	l := Layout{Delimiter: rune(d), Time: -1, Clock: -1, Name: -1}
	rows := sample(head, d)
	if len(rows) == 0 {
		return l, &RefusedError{Why: "no line of it can be cut into columns"}
	}
	l.Header = isHeader(rows)
	if l.Header {
		for _, c := range rows[0] {
			l.Columns = append(l.Columns, Column{Name: strings.ToValidUTF8(c, "\ufffd")})
		}
		rows = rows[1:]
	}
	if len(rows) == 0 {
		return l, &RefusedError{Why: "it has a header and nothing below it"}
	}
	for _, r := range rows {
		for len(l.Columns) < len(r) {
			l.Columns = append(l.Columns, Column{})
		}
	}
	return l, l.choose(rows, opt)
}

// choose finds out what the columns of some rows hold, and which of them are the samples.
func (l *Layout) choose(rows [][]string, opt Options) error {
	for i := range l.Columns {
		l.Columns[i].inspect(column(rows, i), opt)
	}
	if opt.NameColumn == "" && len(opt.ValueColumns) == 0 {
		if i := slices.IndexFunc(l.Columns, func(c Column) bool { return c.Name == nameColumn }); i >= 0 {
			opt.NameColumn = strconv.Itoa(i + 1)
		}
	}
	if err := l.chooseTime(opt); err != nil {
		return err
	}
	l.falling = falling(column(rows, l.Time), l.Format)
	if err := l.chooseValues(opt); err != nil {
		return err
	}
	return l.chooseName(rows, opt)
}

// sample returns the cells of the first rows, trimmed.
func sample(head []byte, d byte) [][]string {
	r := newRecords(bytes.NewReader(head), d)
	var rows [][]string
	for len(rows) < sniffedRows {
		cells, _, ok, err := r.next()
		if err == io.EOF {
			break
		}
		if !ok {
			continue
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = string(bytes.TrimSpace(c))
		}
		rows = append(rows, row)
	}
	return rows
}

func column(rows [][]string, i int) []string {
	var out []string
	for _, r := range rows {
		if i < len(r) && !missing([]byte(r[i])) {
			out = append(out, r[i])
		}
	}
	return out
}

// isHeader reports whether the first row names columns: none of its cells is a time or a number.
func isHeader(rows [][]string) bool {
	named := false
	for _, c := range rows[0] {
		b := []byte(c)
		if missing(b) {
			continue
		}
		named = true
		_, point := parseNumber(b, false)
		_, comma := parseNumber(b, true)
		if point || comma || slices.ContainsFunc(dated, func(f Format) bool { _, ok := parseTime(b, f); return ok }) {
			return false
		}
	}
	return named
}

// fits counts the cells that f reads. A number of seconds is taken for a time only where it has the digits of one of our days, unless the
// format was asked for.
func fits(cells []string, f Format, asked bool) int {
	n := 0
	_, length := f.epoch()
	for _, c := range cells {
		if _, ok := parseTime([]byte(c), f); !ok {
			continue
		}
		whole, _, _ := strings.Cut(c, " ")
		if whole, _, _ = strings.Cut(whole, "."); f.counts() && !asked && len(whole) != length {
			continue
		}
		n++
	}
	return n
}

// rivals returns the formats that fit as many cells as f, which fits n, and f itself; none if there are no others. better says that one fits more.
func rivals(cells []string, f Format, n int) (out []Format, better bool) {
	for _, other := range []Format{DMY, MDY, YMD} {
		switch m := fits(cells, other, false); {
		case m > n:
			return nil, true
		case m == n:
			out = append(out, other)
		}
	}
	if len(out) == 1 {
		out = nil
	}
	return out, false
}

func count(cells []string, fits func([]byte) bool) int {
	n := 0
	for _, c := range cells {
		if fits([]byte(c)) {
			n++
		}
	}
	return n
}

// inspect finds out what a column holds from its cells that are not missing. Up to a tenth of them may be something else.
func (c *Column) inspect(cells []string, opt Options) {
	if len(cells) == 0 {
		return
	}
	c.Example = cells[0]
	c.Kind = Words
	enough := (len(cells)*9 + 9) / 10
	for _, f := range formats {
		if opt.TimeFormat != "" && f != opt.TimeFormat {
			continue
		}
		if f == Excel && opt.TimeFormat == "" {
			continue // any number is one
		}
		n := fits(cells, f, opt.TimeFormat != "")
		if n < enough {
			continue
		}
		if opt.TimeFormat == "" && (f == DMY || f == MDY || f == YMD) {
			var better bool
			if c.either, better = rivals(cells, f, n); better {
				continue
			}
		}
		c.Kind, c.format = Times, f
		c.day = !slices.ContainsFunc(cells, func(s string) bool { m, ok := parseTime([]byte(s), f); return ok && !m.date })
		break
	}
	if c.Kind == Words && count(cells, func(b []byte) bool { _, ok := parseClock(append([]byte{' '}, b...), 0); return ok }) >= enough {
		c.Kind = Clocks
		return
	}
	if c.Kind == Times && opt.TimeFormat == "" && !c.format.counts() {
		return // what looks like a date is no number; what counts seconds may be one
	}
	points, commas := 0, 0
	c.thousands = true
	for _, cell := range cells {
		b := []byte(cell)
		_, point := parseNumber(b, false)
		_, comma := parseNumber(b, true)
		if point {
			points++
		}
		if comma {
			commas++
			if !point && !thousands(b) {
				c.thousands = false
			}
		}
		if !point && !comma && len(c.words) < maxWords && !slices.Contains(c.words, cell) {
			c.words = append(c.words, cell)
		}
	}
	c.comma = commas > points || opt.DecimalComma
	if c.Kind == Words && max(points, commas)*2 > len(cells) {
		c.Kind = Numbers
	}
}

// falling reports whether most times of a column are earlier than the one before.
func falling(cells []string, f Format) bool {
	var last int64
	down := 0
	for i, c := range cells {
		m, ok := parseTime([]byte(c), f)
		if !ok {
			continue
		}
		switch {
		case i > 0 && m.secs < last:
			down++
		case i > 0 && m.secs > last:
			down--
		}
		last = m.secs
	}
	return down > 0
}

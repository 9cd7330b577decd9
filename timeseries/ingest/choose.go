package ingest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// chooseTime finds the column of times.
func (l *Layout) chooseTime(opt Options) error {
	var dates, counts []int
	for i, c := range l.Columns {
		if c.Kind == Times && !c.format.counts() {
			dates = append(dates, i)
		} else if c.Kind == Times {
			counts = append(counts, i)
		}
	}
	if len(dates) == 0 {
		dates = counts
	}
	if opt.TimeColumn != "" {
		i, err := l.findTime(opt.TimeColumn)
		if err != nil {
			return err
		}
		if l.Columns[i].Kind != Times {
			return &RefusedError{Why: fmt.Sprintf("%s does not hold times that can be read: %q", l.label(i), l.Columns[i].Example), Flag: "--time-format"}
		}
		dates = []int{i}
	}
	switch len(dates) {
	case 0:
		if opt.TimeFormat != "" {
			return &RefusedError{Why: fmt.Sprintf("no column holds times of the form %q", opt.TimeFormat), Flag: "--time-format"}
		}
		return &RefusedError{Why: "no column holds times: " + l.describe(), Flag: "--time-column with --time-format"}
	case 1:
	default:
		return &RefusedError{Why: "times stand in " + l.labels(dates), Flag: "--time-column"}
	}
	l.Time = dates[0]
	c := &l.Columns[l.Time]
	l.Format = c.format
	switch {
	case slices.Contains(c.either, YMD):
		return &RefusedError{Why: fmt.Sprintf("%s may give the year first or last, as in %q", l.label(l.Time), c.Example), Flag: "--time-format " + either(c.either)}
	case len(c.either) > 0:
		return &RefusedError{Why: fmt.Sprintf("%s may give day and month or month and day, as in %q", l.label(l.Time), c.Example), Flag: "--time-format " + either(c.either)}
	}
	return l.chooseClock()
}

func either(formats []Format) string {
	var out []string
	for _, f := range formats {
		out = append(out, string(f))
	}
	return strings.Join(out, " or ")
}

// findTime returns the column of that name or number. Of two with a comma between them the second is that of the times of day.
func (l *Layout) findTime(want string) (int, error) {
	i, err := l.find(want, "--time-column")
	date, clock, two := strings.Cut(want, ",")
	if err == nil || !two {
		return i, err
	}
	if i, err = l.find(strings.TrimSpace(date), "--time-column"); err != nil {
		return i, err
	}
	if l.Clock, err = l.find(strings.TrimSpace(clock), "--time-column"); err == nil && l.Columns[l.Clock].Kind != Clocks {
		err = &RefusedError{Why: fmt.Sprintf("%s does not hold times of day: %q", l.label(l.Clock), l.Columns[l.Clock].Example)}
	}
	return i, err
}

// chooseClock finds the column of times of day that belongs to one of dates: the next one, or the only one there is.
func (l *Layout) chooseClock() error {
	if l.Clock >= 0 || !l.Columns[l.Time].day {
		return nil
	}
	var clocks []int
	for i, c := range l.Columns {
		if c.Kind == Clocks {
			clocks = append(clocks, i)
		}
	}
	switch {
	case slices.Contains(clocks, l.Time+1):
		l.Clock = l.Time + 1
	case len(clocks) == 1:
		l.Clock = clocks[0]
	case len(clocks) > 1:
		return &RefusedError{Why: "times of day stand in " + l.labels(clocks), Flag: fmt.Sprintf("--time-column %d,%d", l.Time+1, clocks[0]+1)}
	}
	return nil
}

// chooseName finds the column that names each line's series: the one asked for, or the only one of words where it, and nothing else, tells
// lines of one time apart.
func (l *Layout) chooseName(rows [][]string, opt Options) error {
	if opt.NameColumn != "" {
		i, err := l.find(opt.NameColumn, "--name-column")
		if err != nil {
			return err
		}
		if i == l.Time || i == l.Clock || slices.Contains(l.Values, i) {
			return &RefusedError{Why: fmt.Sprintf("--name-column %q: that is a column of times or values", opt.NameColumn)}
		}
		l.Name = i
	} else if len(l.Values) == 1 && len(opt.ValueColumns) == 0 && !opt.Wide {
		l.Name = l.tellsApart(rows)
	}
	if l.Name >= 0 && len(l.Values) != 1 {
		return &RefusedError{Why: fmt.Sprintf("%s names the series, and numbers stand in %s", l.label(l.Name), l.labels(l.Values)), Flag: "--value-column"}
	}
	return nil
}

// tellsApart returns the only column of words if it tells lines of one time apart, else -1.
func (l *Layout) tellsApart(rows [][]string) int {
	name := -1
	for i, c := range l.Columns {
		if c.Kind == Words {
			if name >= 0 {
				return -1
			}
			name = i
		}
	}
	if name < 0 {
		return -1
	}
	times, both, n := map[string]bool{}, map[[2]string]bool{}, 0
	for _, r := range rows {
		if max(name, l.Time, l.Clock) >= len(r) || r[name] == "" {
			continue
		}
		at := r[l.Time]
		if l.Clock >= 0 {
			at += " " + r[l.Clock]
		}
		times[at], both[[2]string{at, r[name]}] = true, true
		n++
	}
	if len(times) == n || len(both) < n {
		return -1
	}
	return name
}

// chooseValues finds the columns of values.
func (l *Layout) chooseValues(opt Options) error {
	var numbers []int
	for i, c := range l.Columns {
		if i != l.Time && i != l.Clock && (opt.NameColumn == "" || opt.NameColumn != c.Name && opt.NameColumn != strconv.Itoa(i+1)) && (c.Kind == Numbers || c.Kind == Times && c.format.counts()) {
			numbers = append(numbers, i)
		}
	}
	if len(numbers) == 0 && opt.Value != nil {
		if numbers = l.wordColumns(opt); len(numbers) == 0 && l.Clock >= 0 { // lengths of time rather than times of day
			numbers, l.Clock = []int{l.Clock}, -1
		}
	}
	switch {
	case len(opt.ValueColumns) > 0:
		numbers = nil
		for _, name := range opt.ValueColumns {
			i, err := l.find(name, "--value-column")
			if err != nil {
				return err
			}
			if i == l.Time {
				return &RefusedError{Why: fmt.Sprintf("--value-column %q: that is the column of the times", name)}
			}
			numbers = append(numbers, i)
		}
	case len(numbers) > 1 && !opt.Wide:
		return &RefusedError{Why: "numbers stand in " + l.labels(numbers), Flag: "--value-column or --wide"}
	case len(numbers) == 0:
		return &RefusedError{Why: "no column holds numbers: " + l.describe(), Flag: "--value-column with --value-map"}
	}
	for _, i := range numbers {
		c := &l.Columns[i]
		switch {
		case c.Kind == Words && len(opt.Words) == 0 && opt.Value == nil, c.Kind == Nothing:
			return &RefusedError{Why: l.label(i) + " holds " + c.contents(), Flag: "--value-map"}
		case c.Kind == Numbers && c.comma && c.thousands && !opt.DecimalComma:
			return &RefusedError{Why: fmt.Sprintf("%s has commas that part thousands or decimals, as in %q", l.label(i), c.Example), Flag: "--decimal-comma"}
		}
		l.Values, l.Comma = append(l.Values, i), append(l.Comma, c.comma)
	}
	return nil
}

// wordColumns returns the columns that hold words, or times of day, but for that of the names of series.
func (l *Layout) wordColumns(opt Options) (out []int) {
	for i, c := range l.Columns {
		named := opt.NameColumn != "" && (opt.NameColumn == c.Name || opt.NameColumn == strconv.Itoa(i+1))
		if i != l.Time && i != l.Clock && !named && (c.Kind == Words || c.Kind == Clocks) {
			out = append(out, i)
		}
	}
	return out
}

// find returns the column of that name or number.
func (l *Layout) find(want, flag string) (int, error) {
	found := -1
	for i, c := range l.Columns {
		if c.Name == want && want != "" {
			if found >= 0 {
				return 0, &RefusedError{Why: fmt.Sprintf("%s %q: columns %d and %d both have that name; give the number", flag, want, found+1, i+1)}
			}
			found = i
		}
	}
	if found >= 0 {
		return found, nil
	}
	if n, err := strconv.Atoi(want); err == nil && n >= 1 && n <= len(l.Columns) {
		return n - 1, nil
	}
	return 0, &RefusedError{Why: fmt.Sprintf("%s %q: there is %s", flag, want, l.describe())}
}

func (l *Layout) labels(columns []int) string {
	var out []string
	for _, i := range columns {
		out = append(out, l.label(i))
	}
	if last := len(out) - 1; last > 0 {
		return strings.Join(out[:last], ", ") + " and " + out[last]
	}
	return strings.Join(out, "")
}

// describe says what each column holds, of the first few.
func (l *Layout) describe() string {
	var out []string
	for i := range l.Columns {
		if l.Columns[i].Kind == Nothing {
			continue
		}
		if len(out) == maxWords {
			out = append(out, "…")
			break
		}
		out = append(out, l.label(i)+" "+l.Columns[i].contents())
	}
	return strings.Join(out, ", ")
}

func (c *Column) contents() string {
	switch {
	case c.Kind == Words:
		return "words: " + strings.Join(c.words, ", ")
	case c.Kind == Nothing:
		return "nothing"
	}
	return fmt.Sprintf("%v such as %s", c.Kind, c.Example)
}

package ingest

import (
	"fmt"
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
		i, err := l.find(opt.TimeColumn, "--time-column")
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
	if c.either && !strings.Contains(c.Example, ".") { // with points the day comes first wherever they are used
		return &RefusedError{Why: fmt.Sprintf("%s may give day and month or month and day, as in %q", l.label(l.Time), c.Example), Flag: "--time-format dmy or mdy"}
	}
	return nil
}

// chooseValues finds the columns of values.
func (l *Layout) chooseValues(opt Options) error {
	var numbers []int
	for i, c := range l.Columns {
		if i != l.Time && (c.Kind == Numbers || c.Kind == Times && c.format.counts()) {
			numbers = append(numbers, i)
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
	case len(numbers) > 1:
		return &RefusedError{Why: "numbers stand in " + l.labels(numbers), Flag: "--value-column"}
	case len(numbers) == 0:
		return &RefusedError{Why: "no column holds numbers: " + l.describe(), Flag: "--value-column with --value-map"}
	}
	for _, i := range numbers {
		c := &l.Columns[i]
		switch {
		case c.Kind == Words && len(opt.Words) == 0, c.Kind == Nothing:
			return &RefusedError{Why: l.label(i) + " holds " + c.contents(), Flag: "--value-map"}
		case c.Kind == Numbers && c.comma && c.thousands && !opt.DecimalComma:
			return &RefusedError{Why: fmt.Sprintf("%s has commas that part thousands or decimals, as in %q", l.label(i), c.Example), Flag: "--decimal-comma"}
		}
		l.Values, l.Comma = append(l.Values, i), append(l.Comma, c.comma)
	}
	return nil
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

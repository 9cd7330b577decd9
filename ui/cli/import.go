package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"arbor/model"
	"arbor/model/exchange"
	"arbor/model/exchange/csv"
	"arbor/model/exchange/jsonl"
	"arbor/model/exchange/taskwarrior"
	"arbor/model/exchange/void"
	"arbor/store"
	"arbor/timeseries"
	"arbor/timeseries/ingest"
)

func (r *run) importCommand() *cobra.Command {
	var opt importing
	cmd := &cobra.Command{
		Use: "import [FORMAT] FILE...", Short: "bring in void, taskwarrior, csv or json files",
		Long: "Without FORMAT the file says what it is. What was kept, turned into something of ours and dropped is reported with line numbers; a second import of the same " +
			"file changes nothing, one undo takes it back, and a file that cannot be read whole changes nothing.\n\n" +
			"csv is any table of times and numbers: columns with commas, semicolons, tabs or bars between them, or an object of JSON on each line; a column a series, or a line each with the " +
			"name of its series. What could be read in two ways is refused with the flag that decides.",
		Args: words(1, -1, "a file to import"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if i := slices.Index(exchange.Formats, exchange.Format(args[0])); i >= 0 {
				opt.format, args = exchange.Formats[i], args[1:]
			}
			if len(args) == 0 {
				return usagef("missing the file to import; - is standard input")
			}
			return r.importFiles(args, &opt)
		},
	}
	cmd.Flags().BoolVar(&opt.dry, "dry-run", false, "only report what an import would do")
	cmd.Flags().BoolVar(&opt.json, "json", false, "print the report as a JSON object")
	opt.table.flags(cmd.Flags())
	return cmd
}

// importing is how files are to be imported.
type importing struct {
	format    exchange.Format // "" asks the file
	dry, json bool
	table     table
}

// job brings one file, which was read as far as that needs no store, into an open one.
type job struct {
	run   func(*Session) (*exchange.Report, error)
	close func() error
}

// importFiles reads all the files that are read whole before it changes anything, then brings in each as a step of undo.
func (r *run) importFiles(names []string, opt *importing) error {
	var jobs []job
	defer func() {
		for _, j := range jobs {
			j.close() // only read, or kept beside while it was needed
		}
	}()
	for _, name := range names {
		j, err := r.read(name, opt)
		if err != nil {
			return err
		}
		jobs = append(jobs, j)
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	for i, j := range jobs {
		report, err := j.run(s)
		if err != nil {
			return s.close(fmt.Errorf("%s: %w", names[i], err))
		}
		if err := r.printReport(report, opt.json); err != nil {
			return s.close(err)
		}
	}
	return s.close(nil)
}

func (r *run) printReport(report *exchange.Report, asJSON bool) error {
	if !asJSON {
		_, err := report.WriteTo(r.Out)
		return err
	}
	return newEncoder(r.Out).Encode(struct {
		V int `json:"v"`
		*exchange.Report
	}{jsonVersion, report})
}

func (r *run) openFile(name string) (*os.File, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missingf("there is no file %q", name)
	}
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.IsDir() {
		f.Close()
		return nil, errors.Join(err, fmt.Errorf("%s is a directory; name a file", name))
	}
	return f, nil
}

// read reads a file, or standard input, as far as that needs no store.
func (r *run) read(name string, opt *importing) (j job, err error) {
	var f *os.File
	in := r.In
	if name != "-" {
		if f, err = r.openFile(name); err != nil {
			return j, err
		}
		in = f
	}
	j.close = func() error {
		if f == nil {
			return nil
		}
		return f.Close()
	}
	defer func() {
		if err != nil {
			j.close() // only read
			err = fmt.Errorf("%s: %w", name, err)
		}
	}()
	text := bufio.NewReaderSize(in, exchange.Head)
	head, err := text.Peek(exchange.Head)
	if err != nil && !errors.Is(err, io.EOF) {
		return j, err
	}
	format := opt.format
	if format == "" {
		if format, err = exchange.Detect(head); err != nil {
			return j, err
		}
	}
	label := "import " + filepath.Base(name)
	if format == exchange.CSV {
		t, err := r.readTable(text, f, opt)
		if err != nil {
			return j, err
		}
		closed := j.close
		j.close = func() error { return errors.Join(t.Close(), closed()) }
		j.run = func(s *Session) (*exchange.Report, error) { return r.importTable(s, t, label) }
		return j, nil
	}
	if f == nil {
		f, err = copied(text)
	} else {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return j, err
	}
	plan, err := r.plan(f, format)
	j.run = func(s *Session) (*exchange.Report, error) {
		r.syncing = format == exchange.JSON
		defer func() { r.syncing = false }()
		return exchange.Apply(s.Tree, s.Book, plan, label, opt.dry)
	}
	return j, err
}

// copied returns a copy of standard input, which can be read only once.
func copied(in io.Reader) (*os.File, error) {
	f, err := os.CreateTemp("", "arbor-import")
	if err != nil {
		return nil, err
	}
	os.Remove(f.Name()) // where that works the copy goes with the process
	if _, err = io.Copy(f, in); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("copy it: %w", err)
	}
	return f, nil
}

// asItsSeries has a table be read as what the series are that there are: by what they hold, if that is no plain numbers, and of --series by when its
// days begin.
func (r *run) asItsSeries(options *csv.Options) error {
	if there, err := store.Exists(r.config.Dir); err != nil || !there {
		return nil // what is wrong shows when it is opened to be changed
	}
	s, err := r.open()
	if err != nil {
		return err
	}
	options.Kinds = map[string]model.SampleKind{}
	return s.close(r.view(s, func(v *model.View) error {
		all, err := v.AllSeries()
		for _, n := range all {
			name := strings.ToLower(strings.TrimSpace(n.Text))
			if k := n.Definition().Kind; k != model.Number {
				options.Kinds[name] = k
			}
			if name == strings.ToLower(strings.TrimSpace(options.Series)) {
				options.Starts = v.Calendar(&n).Starts
			}
		}
		return err
	}))
}

// readTable reads a table whole, so that one that cannot be read changes nothing. f is nil if how long it is is not known.
func (r *run) readTable(text io.Reader, f *os.File, opt *importing) (*csv.Table, error) {
	options, err := opt.table.options(opt.dry, r.seriesDays())
	if err == nil {
		err = r.asItsSeries(&options)
	}
	if err != nil {
		return nil, err
	}
	p := r.newProgress()
	defer p.clear()
	if f != nil {
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		text = &metered{r: text, p: p, size: info.Size()}
	}
	t, err := csv.Read(text, options)
	if unclear := (*ingest.RefusedError)(nil); errors.As(err, &unclear) {
		err = refusedf("%w", err)
	}
	return t, err
}

// importTable brings a table that was read into the store.
func (r *run) importTable(s *Session, t *csv.Table, label string) (*exchange.Report, error) {
	p := r.newProgress()
	defer p.clear()
	return t.Import(s.Tree, s.Book, label, func(done, total int64) { p.show(store.Progress{Step: "store", Done: done, Total: total}) })
}

// metered shows how much of a file was read.
type metered struct {
	r          io.Reader
	p          *progress
	done, size int64
}

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	m.done += int64(n)
	m.p.show(store.Progress{Step: "read", Done: m.done, Total: m.size})
	return n, err
}

// plan reads a file whole.
func (r *run) plan(f *os.File, format exchange.Format) (*exchange.Plan, error) {
	if format == exchange.JSON {
		return jsonl.Read(f)
	}
	data, err := exchange.Load(f)
	if err != nil {
		return nil, err
	}
	if format == exchange.Void {
		return void.Read(data, "")
	}
	return taskwarrior.Read(data, r.config.Zone)
}

// table is what the flags say of a CSV file.
type table struct {
	series, delimiter, timeColumn, timeFormat, nameColumn string

	wide bool

	valueColumns []string
	words        map[string]string
	comma        bool
}

func (t *table) flags(f *pflag.FlagSet) {
	f.StringVar(&t.series, "series", "", "csv: `NAME` of the series, before the columns' own if there are several; without it their names")
	f.BoolVar(&t.wide, "wide", false, "csv: every column of numbers is a series")
	f.StringVar(&t.nameColumn, "name-column", "", "csv: the `COLUMN` that names each line's series")
	f.StringVar(&t.delimiter, "delimiter", "", "csv: comma, semicolon, tab or bar")
	f.StringVar(&t.timeColumn, "time-column", "", "csv: the `COLUMN` of the times, by name or number from 1; DATE,CLOCK if they are two")
	f.StringVar(&t.timeFormat, "time-format", "", "csv: how a time is written: iso, compact, dmy, mdy, ymd, s, ms, us, ns or excel")
	f.StringSliceVar(&t.valueColumns, "value-column", nil, "csv: a `COLUMN` of values, by name or number; may be repeated")
	f.StringToStringVar(&t.words, "value-map", nil, "csv: what words stand for: `YES=1,NO=0`; nothing for no value")
	f.BoolVar(&t.comma, "decimal-comma", false, "csv: 1,5 is one and a half")
}

// delimiters are the names by which a shell lets them through.
var delimiters = map[string]rune{"": 0, "comma": ',', ",": ',', "semicolon": ';', ";": ';', "tab": '\t', "\t": '\t', "bar": '|', "|": '|'}

// options reads the flags. Times that name no zone are read in the person's.
func (t *table) options(dry bool, days timeseries.Calendar) (csv.Options, error) {
	o := csv.Options{Series: t.series, DryRun: dry, Options: ingest.Options{
		TimeColumn: t.timeColumn, NameColumn: t.nameColumn, Wide: t.wide, ValueColumns: t.valueColumns, Zone: days.Zone, Starts: days.Starts, DecimalComma: t.comma}}
	var ok bool
	if o.Delimiter, ok = delimiters[t.delimiter]; !ok {
		return o, usagef("--delimiter %q is none of comma, semicolon, tab and bar", t.delimiter)
	}
	if t.timeFormat != "" {
		format, err := ingest.ParseFormat(t.timeFormat)
		if err != nil {
			return o, usagef("--time-format: %w", err)
		}
		o.TimeFormat = format
	}
	for word, text := range t.words {
		number := math.NaN()
		if text != "" {
			var err error
			if number, err = parseNumber(text); err != nil {
				return o, usagef("--value-map: %w", err)
			}
		}
		if o.Words == nil {
			o.Words = map[string]float64{}
		}
		o.Words[word] = number
	}
	return o, nil
}

package main

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

// sqliteCost is what the sensor's series costs SQLite: bytes of the file, ms for 1,000 buckets.
type sqliteCost struct{ size, aggregate float64 }

func measureSQLite(file string, f *flags) (c sqliteCost, err error) {
	db, err := sql.Open("sqlite3", file+"?_journal_mode=WAL&_synchronous=NORMAL")
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.Exec("CREATE TABLE samples (t INTEGER PRIMARY KEY, v REAL)"); err != nil {
		return c, err
	}
	s := newSensor()
	for done := 0; done < f.n; {
		tx, err := db.Begin()
		if err != nil {
			return c, err
		}
		insert, err := tx.Prepare("INSERT INTO samples VALUES (?, ?)")
		if err != nil {
			return c, err
		}
		for k := 0; k < 1e6 && done < f.n; k, done = k+1, done+1 {
			x := s.next()
			if _, err := insert.Exec(x.T, x.V); err != nil {
				return c, err
			}
		}
		if err := tx.Commit(); err != nil {
			return c, err
		}
	}
	if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return c, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return c, err
	}
	c.size = float64(info.Size())
	width := (end(f.n) - sensorStart) / 1000
	took, err := each(3, nothing, func() error {
		rows, err := db.Query("SELECT (t - ?) / ?, min(v), max(v), avg(v), count(*) FROM samples GROUP BY 1", int64(sensorStart), width)
		if err != nil {
			return err
		}
		n := 0
		for rows.Next() {
			n++
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil || n < 1000 {
			return fmt.Errorf("%d groups: %w", n, err)
		}
		return nil
	})
	c.aggregate = median(took)
	return c, err
}

// measureImport has arbor, built for it, import a table of the sensor's series: the whole process, till all is on the disk.
func measureImport(dir string, n int) ([]claim, error) {
	table := tableIn(dir)
	if err := writeTable(table, n); err != nil {
		return nil, err
	}
	bin := filepath.Join(dir, "arbor.built")
	build := exec.Command("go", "build", "-tags", "iouring", "-ldflags=-checklinkname=0", "-o", bin, ".")
	build.Dir = filepath.Join("..", "..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if bin, err := filepath.Abs(bin); err == nil {
		build.Args[len(build.Args)-2] = bin
	}
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build arbor: %w\n%s", err, out)
	}
	i := 0
	took, err := each(3, nothing, func() error {
		i++
		home := filepath.Join(dir, "import"+strconv.Itoa(i))
		c := exec.Command(bin, "--dir", home, "import", "csv", "--series", "sensor", table)
		c.Env = append(os.Environ(), "XDG_CONFIG_HOME="+dir, "XDG_STATE_HOME="+dir)
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return []claim{{what: fmt.Sprintf("CSV (RFC 3339) of %.3gM rows → durable, whole process", float64(n)/1e6), unit: "M rows/s",
		got: float64(n) / median(took) / 1e3, target: 10, atLeast: true}}, nil
}

// tableIn is the table of the sensor's series.
func tableIn(dir string) string { return filepath.Join(dir, "sensor.csv") }

func writeTable(file string, n int) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "time,value")
	s := newSensor()
	var line []byte
	for range n {
		x := s.next()
		line = time.Unix(0, x.T).UTC().AppendFormat(line[:0], "2006-01-02T15:04:05.000Z")
		line = append(line, ',')
		line = strconv.AppendFloat(line, x.V, 'f', 1, 64)
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return w.Flush()
}

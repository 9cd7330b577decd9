package ingest

import (
	"bytes"
	"io"
)

// maxRecord bounds a line with all that its quotes span.
const maxRecord = 256 << 10

// maxColumns bounds the columns of a line that are told apart.
const maxColumns = 4096

// records cuts text into lines and cells as RFC 4180 has it, and goes on where a file does not keep to it: a quote that is never closed
// spoils its own line alone.
type records struct {
	r     io.Reader
	delim byte
	buf   []byte
	at    int // start of what is not yet cut
	eof   bool
	line  int // number of the line that begins at at, from 1

	cells [][]byte // of the last record; lent until the next
	plain []byte   // cells whose quotes were resolved

	objects bool     // each line is an object of JSON
	keys    []string // of which these are the cells
	grow    bool     // keys takes those that come
	turn    int      // the key that is likely to be next
	simple  bool     // simpleObject took the last
}

func newRecords(r io.Reader, delim byte) *records {
	return &records{r: r, delim: delim, buf: make([]byte, 0, sniffed), line: 1}
}

// next returns the cells of the next record that is not blank and the number of its first line. ok is false if its quotes are broken or
// it is longer than can be. The error is io.EOF at the end.
func (s *records) next() (cells [][]byte, line int, ok bool, err error) {
	for {
		end, err := s.lineEnd(0)
		if err != nil {
			return nil, 0, false, err
		}
		line = s.line
		text := s.buf[s.at : s.at+end]
		if end > maxRecord {
			s.skip(end, 1)
			return nil, line, false, nil
		}
		if s.objects {
			s.skip(end, 1)
			if text = trimEnd(text); len(bytes.TrimSpace(text)) == 0 {
				continue
			}
			ok := s.object(text)
			return s.cells, line, ok, nil
		}
		if bytes.IndexByte(text, '"') < 0 {
			s.skip(end, 1)
			text = trimEnd(text)
			if len(bytes.TrimSpace(text)) == 0 {
				continue
			}
			s.split(text)
			return s.cells, line, true, nil
		}
		if end, lines := s.quotedEnd(end); end > 0 {
			s.skip(end, lines)
			return s.cells, line, true, nil
		}
		s.skip(end, 1) // what follows is read for itself
		return nil, line, false, nil
	}
}

// quotedEnd cuts the record at at, whose first line ends at end and has quotes. It returns the length and the number of lines of the
// record, or 0 if its quotes are broken.
func (s *records) quotedEnd(end int) (length, lines int) {
	for lines = 1; ; {
		done, broken := s.quoted(trimEnd(s.buf[s.at : s.at+end]))
		if done || broken {
			if broken {
				end = 0
			}
			return end, lines
		}
		for quotes := 0; quotes%2 == 0; lines++ { // within quotes, until an odd number of them ends that
			longer, err := s.lineEnd(end)
			if err != nil || longer > maxRecord { // an error of reading comes again at the next line
				return 0, 0
			}
			quotes += bytes.Count(s.buf[s.at+end:s.at+longer], []byte{'"'})
			end = longer
		}
	}
}

// lineEnd returns the length of the text from at to past the first line feed at or after from, or to the end of the file.
func (s *records) lineEnd(from int) (int, error) {
	for {
		have := s.buf[s.at:]
		if from < len(have) {
			if i := bytes.IndexByte(have[from:], '\n'); i >= 0 {
				return from + i + 1, nil
			}
		}
		if s.eof {
			if from < len(have) {
				return len(have), nil
			}
			return 0, io.EOF
		}
		if len(have) > maxRecord {
			if from > 0 {
				return maxRecord + 1, nil
			}
			return s.longLine()
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// longLine throws away the middle of a line that is longer than can be, and returns a length above maxRecord for it.
func (s *records) longLine() (int, error) {
	for !s.eof {
		have := s.buf[s.at:]
		if i := bytes.IndexByte(have[maxRecord:], '\n'); i >= 0 {
			return maxRecord + i + 1, nil
		}
		s.buf = s.buf[:s.at+maxRecord]
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	if i := bytes.IndexByte(s.buf[s.at+maxRecord:], '\n'); i >= 0 {
		return maxRecord + i + 1, nil
	}
	s.buf = append(s.buf, ' ') // so that it is longer than can be even if cut exactly there
	return len(s.buf) - s.at, nil
}

// fill reads more into buf, after moving what is not yet cut to its front.
func (s *records) fill() error {
	if s.at > 0 {
		s.buf = s.buf[:copy(s.buf, s.buf[s.at:])]
		s.at = 0
	}
	if len(s.buf) == cap(s.buf) {
		s.buf = append(make([]byte, 0, 2*cap(s.buf)), s.buf...)
	}
	for range 100 {
		n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		if err == io.EOF {
			s.eof = true
			return nil
		}
		if err != nil || n > 0 {
			return err
		}
	}
	return io.ErrNoProgress
}

func (s *records) skip(n, lines int) { s.at += n; s.line += lines }

func trimEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}

// split cuts a line without quotes.
func (s *records) split(b []byte) {
	s.cells = s.cells[:0]
	for len(s.cells) < maxColumns {
		i := bytes.IndexByte(b, s.delim)
		if i < 0 {
			break
		}
		s.cells = append(s.cells, b[:i])
		b = b[i+1:]
	}
	s.cells = append(s.cells, b)
}

// quoted cuts text with quotes. done is false if the last quote is open, broken is set if more text cannot help.
func (s *records) quoted(b []byte) (done, broken bool) {
	s.cells = s.cells[:0]
	if cap(s.plain) < len(b) {
		s.plain = make([]byte, 0, 2*len(b))
	}
	s.plain = s.plain[:0]
	for {
		trimmed := bytes.TrimLeft(b, " ")
		if len(trimmed) == 0 || trimmed[0] != '"' {
			i := bytes.IndexByte(b, s.delim)
			if i < 0 {
				s.cells = append(s.cells, b)
				return true, false
			}
			s.cells = append(s.cells, b[:i])
			b = b[i+1:]
		} else {
			b = trimmed[1:]
			start := len(s.plain)
			for {
				i := bytes.IndexByte(b, '"')
				if i < 0 {
					return false, false
				}
				s.plain = append(s.plain, b[:i]...)
				b = b[i+1:]
				if len(b) == 0 || b[0] != '"' {
					break
				}
				s.plain = append(s.plain, '"')
				b = b[1:]
			}
			s.cells = append(s.cells, s.plain[start:])
			b = bytes.TrimLeft(b, " ")
			if len(b) == 0 {
				return true, false
			}
			if b[0] != s.delim {
				return false, true
			}
			b = b[1:]
		}
		if len(s.cells) > maxColumns {
			return false, true
		}
	}
}

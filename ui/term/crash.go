package term

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"
)

// CrashError says that the interface broke. What was acknowledged is in the store.
type CrashError struct {
	Value any
	File  string // where the details are, or "" if they could not be written
}

func (e *CrashError) Error() string {
	if e.File == "" {
		return fmt.Sprintf("the interface broke: %v; what you wrote is saved", e.Value)
	}
	return fmt.Sprintf("the interface broke: %v; what you wrote is saved; details are in %s", e.Value, e.File)
}

// Crash writes a recovered panic with the stack of the calling goroutine into a new file in dir.
func Crash(dir string, value any, now time.Time) *CrashError {
	if c, ok := value.(*CrashError); ok {
		return c
	}
	e := &CrashError{Value: value}
	text := fmt.Sprintf("%s\n\n%v\n\n%s", now.Format(time.RFC3339), value, debug.Stack())
	file := filepath.Join(dir, now.Format("crash-20060102-150405.txt"))
	if dir != "" && os.MkdirAll(dir, 0o700) == nil && os.WriteFile(file, []byte(text), 0o600) == nil {
		e.File = file
	}
	return e
}

//go:build !unix

package term

import (
	"os"
	"time"
)

// readable reports false: without a way to wait, what is held is a key.
func readable(*os.File, time.Duration) bool { return false }

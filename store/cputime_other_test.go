//go:build !unix

package store

import (
	"testing"
	"time"
)

var testsBegan = time.Now()

// cpuTime is the time that has passed where the system is not asked for what the processors have worked.
func cpuTime(testing.TB) time.Duration { return time.Since(testsBegan) }

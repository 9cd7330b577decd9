//go:build !unix

package hook

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// executable goes by the name, as the system does.
func executable(info fs.FileInfo) bool {
	return slices.Contains([]string{".exe", ".com", ".bat", ".cmd"}, strings.ToLower(filepath.Ext(info.Name())))
}

// apart does nothing: what a program began outlives it here.
func apart(*exec.Cmd) {}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// dropCache has the kernel forget the pages of all files in a directory.
func dropCache(dir string) error {
	unix.Sync() // only clean pages are forgotten
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED), f.Close())
	})
}

// diskUse returns the bytes that the files of a directory take on the disk.
func diskUse(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		var st unix.Stat_t
		if err := unix.Stat(path, &st); err != nil {
			return fmt.Errorf("stat %s: %w", path, err)
		}
		n += st.Blocks * 512
		return nil
	})
	return n, err
}

// memory returns the resident bytes of a process: at most so far, and now without pages of files.
func memory(pid int) (peak, own int64) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0 // it has ended
	}
	for line := range strings.Lines(string(b)) {
		var name string
		var kib int64
		if n, _ := fmt.Sscan(line, &name, &kib); n != 2 {
			continue
		}
		switch name {
		case "VmHWM:":
			peak = kib << 10
		case "RssAnon:", "RssShmem:":
			own += kib << 10
		}
	}
	return peak, own
}

// machine fills in what the kernel tells of itself.
func (m *Machine) ask(dir string) {
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		m.Kernel, _, _ = strings.Cut(unix.ByteSliceToString(u.Release[:]), "-") // what follows names a build
	}
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		m.Memory = int64(info.Totalram) * int64(info.Unit)
	}
	m.CPU = field("/proc/cpuinfo", "model name")
	m.FS = fileSystem(dir)
}

// loadAverage is what the kernel says of how much waits to run.
func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

// field returns the value of the first line of a file that has the name before a colon.
func field(file, name string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// telling are the beginnings of those options of a mount on which measurements depend.
var telling = []string{"ro", "rw", "sync", "dirsync", "noatime", "relatime", "barrier", "nobarrier", "data=", "discard", "compress"}

// fileSystem returns the type of the mount that holds dir, and its telling options.
func fileSystem(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	b, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return ""
	}
	var best, found string
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) > 3 && len(f[1]) >= len(best) && (f[1] == "/" || dir == f[1] || strings.HasPrefix(dir, f[1]+"/")) {
			options := slices.DeleteFunc(strings.Split(f[3], ","), func(o string) bool {
				return !slices.ContainsFunc(telling, func(t string) bool { return strings.HasPrefix(o, t) })
			})
			best, found = f[1], f[2]+" ("+strings.Join(options, ",")+")"
		}
	}
	return found
}

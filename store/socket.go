package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// maxSocketPath is what every system takes for the path of a socket.
const maxSocketPath = 100

// socketDirs are the directories to try for the owner's socket: short, private, local.
func socketDirs(storeDir string) []string {
	var dirs []string
	if run := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(run) {
		dirs = append(dirs, filepath.Join(run, "arbor"))
	}
	name := "arbor-" + strconv.Itoa(os.Getuid())
	dirs = append(dirs, filepath.Join(os.TempDir(), name))
	if tmp := filepath.Join("/tmp", name); tmp != dirs[len(dirs)-1] {
		dirs = append(dirs, tmp)
	}
	return append(dirs, storeDir)
}

// listen makes the owner's socket under a name that was never used.
func listen(storeDir string) (net.Listener, error) {
	var errs []error
	for _, dir := range socketDirs(storeDir) {
		path := filepath.Join(dir, rand.Text()[:12])
		if len(path) > maxSocketPath {
			errs = append(errs, fmt.Errorf("%s: a path of %d bytes, at most %d", dir, len(path), maxSocketPath))
			continue
		}
		if dir != storeDir {
			if err := privateDir(dir); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		l, err := net.Listen("unix", path)
		if err == nil {
			if err = os.Chmod(path, 0o600); err == nil {
				return l, nil
			}
			l.Close()
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// privateDir makes dir, or makes sure that it belongs to this user alone.
func privateDir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err == nil {
		return nil
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || !isOwn(info) {
		return fmt.Errorf("%s: not a private directory of this user", dir)
	}
	return nil
}

// removeSocket removes the socket that a dead owner left.
func removeSocket(path string) {
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		os.Remove(path) // one that stays harms nobody
	}
}

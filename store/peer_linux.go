package store

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// checkPeer refuses a process of another user.
func checkPeer(c net.Conn) error {
	raw, err := c.(*net.UnixConn).SyscallConn()
	if err != nil {
		return err
	}
	var peer *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) { peer, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		return err
	}
	if credErr != nil {
		return fmt.Errorf("ask who the peer is: %w", credErr)
	}
	if int(peer.Uid) != os.Geteuid() {
		return fmt.Errorf("process %d belongs to user %d: %w", peer.Pid, peer.Uid, os.ErrPermission)
	}
	return nil
}

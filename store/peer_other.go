//go:build !linux

package store

import "net"

// checkPeer relies on the permissions of the socket and its directory.
func checkPeer(net.Conn) error { return nil }

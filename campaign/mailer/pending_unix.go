//go:build unix

package mailer

import "syscall"

// pending says whether something can be read from the socket now: bytes, or
// the end. It reads nothing and does not wait. A socket of another kind may
// always have something.
func (s *socket) pending() bool {
	conn, ok := s.Conn.(syscall.Conn)
	if !ok {
		return true
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return true
	}
	var look [1]byte
	var none bool
	err = raw.Control(func(fd uintptr) {
		_, _, err := syscall.Recvfrom(int(fd), look[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		none = err == syscall.EAGAIN
	})
	return err != nil || !none
}

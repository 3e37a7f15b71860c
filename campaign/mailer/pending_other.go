//go:build !unix

package mailer

// pending says whether something may have come on the socket: on these systems
// only a read can tell.
func (s *socket) pending() bool { return true }

//go:build !linux

package mailer

import "time"

// sinceBoot is 0: the wall clock and the monotonic one have to do.
func sinceBoot() time.Duration { return 0 }

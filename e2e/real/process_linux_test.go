//go:build real

package real

import "syscall"

// ownGroup makes the child the leader of a group, which a signal reaches as a whole, and lets it die with the tests.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

//go:build real

package real

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/internal/syncbuf"
)

// process is a child that ends with its test.
type process struct {
	cmd  *exec.Cmd
	log  *syncbuf.Buffer
	done chan struct{} // closed when it has ended
}

// start runs a command until the test ends. Its output is in the test's log if the test fails.
func start(t *testing.T, name string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(name, args...), log: &syncbuf.Buffer{}, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.SysProcAttr = ownGroup()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait()
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s:\n%s", name, tail(p.log.String()))
		}
	})
	return p
}

// signal sends a signal to the process and its children.
func (p *process) signal(s syscall.Signal) { _ = syscall.Kill(-p.cmd.Process.Pid, s) }

func (p *process) kill() {
	p.signal(syscall.SIGCONT) // a stopped process would stay
	p.signal(syscall.SIGKILL)
	<-p.done
}

// stop asks the process to leave and waits until it has.
func (p *process) stop(t *testing.T) {
	t.Helper()
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(patience):
		t.Fatalf("%s did not end within %v of SIGTERM", p.cmd.Path, patience)
	}
}

// serving waits until a page answers 200.
func (p *process) serving(t *testing.T, url string) {
	t.Helper()
	eventually(t, url+" answers", func() string {
		select {
		case <-p.done:
			t.Fatalf("%s ended", p.cmd.Path)
		default:
		}
		r, err := http.Get(url)
		if err != nil {
			return err.Error()
		}
		_ = r.Body.Close()
		if r.StatusCode != http.StatusOK {
			return r.Status
		}
		return ""
	})
}

// patience bounds every wait. Only a failing test reaches it.
const patience = 3 * time.Minute

// eventually calls check until it finds nothing wrong.
func eventually(t *testing.T, what string, check func() string) {
	t.Helper()
	var wrong string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if wrong = check(); wrong == "" {
			return
		}
	}
	t.Fatalf("%s: %s", what, wrong)
}

// freePort is a port of loopback that was free a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func at(port int) string { return fmt.Sprintf("http://127.0.0.1:%d", port) }

// tail is the last 60 lines of a text.
func tail(text string) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(0, len(lines)-60):], "\n")
}

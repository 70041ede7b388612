package alertlab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Alert is one as Alertmanager's API takes it.
type Alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt,omitzero"`
	EndsAt      time.Time         `json:"endsAt,omitzero"`
}

// Notification is what a receiver got: a group of alerts.
type Notification struct {
	Receiver string `json:"-"`
	Status   string `json:"status"` // of the group: firing while one of its alerts is
	Alerts   []Told `json:"alerts"`
}

// Told is one alert of a notification.
type Told struct {
	Status      string            `json:"status"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

// Alertmanager is a running process, and the webhook that it sends to.
type Alertmanager struct {
	address  string
	barriers chan string
	number   int

	mu       sync.Mutex
	received []Notification
}

// Debian is where the programs of Debian's packages are. A test that needs them is left out where they cannot be had,
// and says how to get them.
func Debian(t *testing.T, root string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), filepath.Join(root, ".ci", "debian")).Output()
	if err != nil {
		t.Skipf("Debian's prometheus and prometheus-alertmanager are missing: unpack them with .ci/debian, which needs "+
			"apt-get and a mirror of Debian: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// Start runs Alertmanager with the example configuration, until the test ends. root is the top of the repository.
func Start(t *testing.T, root string) *Alertmanager {
	t.Helper()
	debian := Debian(t, root)
	a := &Alertmanager{barriers: make(chan string, 100), address: freeAddress(t)}
	hook := httptest.NewServer(http.HandlerFunc(a.receive))
	t.Cleanup(hook.Close)
	example, err := os.ReadFile(filepath.Join(root, "alerts", "alertmanager.example.yml"))
	if err != nil {
		t.Fatal(err)
	}
	config, err := shorten(example, hook.URL)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), filepath.Join(debian, "alertmanager"),
		"--config.file="+file, "--storage.path="+dir, "--cluster.listen-address=",
		"--web.listen-address="+a.address)
	command.Dir = debian // its templates are found from there
	a.run(t, command)
	return a
}

// run starts the process, and waits until it is ready.
func (a *Alertmanager) run(t *testing.T, command *exec.Cmd) {
	t.Helper()
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill() // it has nothing to keep
		_ = command.Wait()
		if t.Failed() {
			t.Logf("Alertmanager said:\n%s", log.String())
		}
	})
	for range 600 {
		if status, _, err := a.ask(t, http.MethodGet, "/-/ready", nil); err == nil && status == http.StatusOK {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("Alertmanager is not ready after a minute")
}

// Post tells Alertmanager of alerts.
func (a *Alertmanager) Post(t *testing.T, alerts ...Alert) {
	t.Helper()
	body, err := json.Marshal(alerts)
	if err != nil {
		t.Fatal(err)
	}
	status, text, err := a.ask(t, http.MethodPost, "/api/v2/alerts", body)
	if err != nil {
		t.Fatal(err)
	}
	if status != http.StatusOK {
		t.Fatalf("Alertmanager says %d: %s", status, text)
	}
}

// ask sends a request and reads the whole answer.
func (a *Alertmanager) ask(t *testing.T, method, path string, body []byte) (status int, text []byte, err error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+a.address+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	text, err = io.ReadAll(r.Body)
	return r.StatusCode, text, errors.Join(err, r.Body.Close())
}

// Flush waits until what was posted has been sent, or not.
func (a *Alertmanager) Flush(t *testing.T) {
	t.Helper()
	a.number++
	name := strconv.Itoa(a.number)
	a.Post(t, Alert{Labels: map[string]string{"alertname": barrier, "number": name}})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		select {
		case got := <-a.barriers:
			if got == name {
				return
			}
		case <-ctx.Done():
			t.Fatal("Alertmanager sends nothing any more")
		}
	}
}

// Received is what receivers got so far, in its order.
func (a *Alertmanager) Received() []Notification {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]Notification(nil), a.received...)
}

func (a *Alertmanager) receive(w http.ResponseWriter, r *http.Request) {
	n := Notification{Receiver: strings.TrimPrefix(r.URL.Path, "/")}
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil || len(n.Alerts) == 0 {
		http.Error(w, fmt.Sprint("no notification: ", err), http.StatusBadRequest)
		return
	}
	if n.Receiver == barrier {
		a.barriers <- n.Alerts[0].Labels["number"]
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.received = append(a.received, n)
}

// freeAddress is one on loopback that nobody uses at the moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

package ledger

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// kills is how often the child is killed: 1,000 by hand, with -timeout 30m.
var kills = flag.Int("kills", 50, "how often to kill a process that spends")

// What the child spends.
const (
	childVariable = "FIRSTTOKEN_LEDGER_CHILD"
	childTargets  = 3
	childWorkers  = 5 // of each target
	childWorst    = 1000
)

// order is what a child is told, in its environment.
type order struct {
	Path, URL string
	Cap       float64 // tokens a day of each target; the process has two and a half
	Brittle   bool    // writes fail at random
}

func (o order) limits() (process budget.Limits, targets map[string]budget.Limits) {
	own := budget.Limits{TokensPerDay: budget.Limit(o.Cap), DollarsPerDay: budget.Limit(o.Cap / 1e6)}
	targets = map[string]budget.Limits{}
	for i := range childTargets {
		targets[strconv.Itoa(i)] = own
	}
	return budget.Limits{TokensPerDay: 2.5 * own.TokensPerDay}, targets
}

// child spends until nothing is left, or it is killed; false in a process that is not one.
func child() bool {
	text := os.Getenv(childVariable)
	if text == "" {
		return false
	}
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		panic(err)
	}
	if err := o.spend(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func (o order) spend() error {
	var disk brittle
	l, err := Open(Options{Path: o.Path, open: disk.open})
	if err != nil {
		return err
	}
	process, targets := o.limits()
	l.SetLimits(process, targets)
	ctx, mend := context.WithCancel(context.Background())
	defer mend()
	var failing sync.WaitGroup
	if o.Brittle {
		failing.Go(func() { disk.flicker(ctx) })
	}
	var all sync.WaitGroup
	for target := range targets {
		for range childWorkers {
			all.Go(func() { o.work(l, target) })
		}
	}
	all.Wait()
	mend()
	failing.Wait()
	return l.Close(context.Background())
}

// flicker makes writes fail at random, and lets all succeed once ctx has ended.
func (b *brittle) flicker(ctx context.Context) {
	for ctx.Err() == nil {
		b.set(rand.IntN(3) == 0)
		time.Sleep(time.Duration(rand.IntN(5000)) * time.Microsecond)
	}
	b.set(false)
}

// work sends requests one after the other, until there is no room for one.
func (o order) work(l *Ledger, target string) {
	for {
		worst := 1 + rand.Int64N(childWorst)
		r, err := l.Reserve(target, noon(), childAmount(worst))
		if err != nil && l.Trouble() == nil && l.Level(target, noon()) == budget.Stopped {
			return
		}
		if err != nil {
			l.rouse()
			time.Sleep(time.Millisecond)
			continue
		}
		if synced(r) != nil {
			continue
		}
		actual, err := o.send(target, worst)
		if err == nil {
			r.Settle(childAmount(actual))
		}
	}
}

func childAmount(tokens int64) budget.Amount {
	return budget.Amount{Money: budget.Price(tokens, 1), Tokens: tokens}
}

func (o order) send(target string, worst int64) (actual int64, err error) {
	answer, err := http.PostForm(o.URL, url.Values{"target": {target}, "worst": {strconv.FormatInt(worst, 10)}})
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	err = json.NewDecoder(answer.Body).Decode(&actual)
	return actual, err
}

// counter is a server that counts what it is asked to do, whether it can tell the child or not.
type counter struct {
	mu       sync.Mutex
	requests int
	tokens   map[string]int64
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	worst, err := strconv.ParseInt(r.FormValue("worst"), 10, 64)
	if err != nil {
		http.Error(w, "worst", http.StatusBadRequest)
		return
	}
	actual := rand.Int64N(worst + 1)
	c.mu.Lock()
	c.requests++
	c.tokens[r.FormValue("target")] += actual
	c.mu.Unlock()
	time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
	fmt.Fprint(w, actual)
}

func TestKills(t *testing.T)               { killing(t, false) }
func TestKillsOnAFailingDisk(t *testing.T) { killing(t, true) }

// killing kills children at random instants, lets a last one spend what is left, and compares the
// ledger with what the server has counted.
func killing(t *testing.T, brittle bool) {
	t.Helper()
	n := *kills
	if testing.Short() {
		n = min(n, 10)
	}
	c := &counter{tokens: map[string]int64{}}
	server := httptest.NewServer(c)
	defer server.Close()
	o := order{Path: newPath(t), URL: server.URL, Cap: float64(n) * 20_000, Brittle: brittle}
	for range n {
		o.kill(t, time.Duration(rand.IntN(100_000))*time.Microsecond)
	}
	if out, err := o.command(t).CombinedOutput(); err != nil {
		t.Fatalf("the last child: %v\n%s", err, out)
	}
	o.compare(t, c, n)
}

func (o order) command(t *testing.T) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	return cmd
}

func (o order) kill(t *testing.T, after time.Duration) {
	t.Helper()
	var errors strings.Builder
	cmd := o.command(t)
	cmd.Stderr = &errors
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if errors.Len() > 0 {
		t.Errorf("the child says: %s", errors.String())
	}
}

// compare holds the file to the server's count: no less, within the caps, and no more than what may
// have been under way at each kill.
func (o order) compare(t *testing.T, c *counter, n int) {
	t.Helper()
	charges, err := Read(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for i := range childTargets {
		counted := c.tokens[strconv.Itoa(i)]
		c.tokens[budget.Process] += counted
		o.compareScope(t, charges, strconv.Itoa(i), counted, int64(o.Cap), int64(n*childWorkers*childWorst))
		total += counted
	}
	o.compareScope(t, charges, budget.Process, total, int64(2.5*o.Cap), int64(n*childTargets*childWorkers*childWorst))
	t.Logf("%d kills, %d requests, %d tokens of %.0f", n, c.requests, total, 2.5*o.Cap)
}

func (o order) compareScope(t *testing.T, charges []budget.Charge, scope string, counted, limit, underWay int64) {
	t.Helper()
	for _, charge := range charges {
		if charge.Scope != scope {
			continue
		}
		if charge.Tokens < counted || charge.Tokens > counted+underWay || charge.Tokens > limit {
			t.Errorf("%q: %d tokens are charged, %d were spent of %d", scope, charge.Tokens, counted, limit)
		}
		if got := int64(charge.Money); got != 1000*charge.Tokens {
			t.Errorf("%q: %d tokens cost %d billionths of a dollar", scope, charge.Tokens, got)
		}
		return
	}
	t.Errorf("%q has no charge", scope)
}

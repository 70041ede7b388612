package simulator_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

// cachedOf is how many tokens of a prompt come from the cache.
func cachedOf(t *testing.T, e *simulator.Engine, text string) int {
	t.Helper()
	a, err := e.Submit(t.Context(), job(e, text, 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := drain(t.Context(), a); err == nil {
		t.Fatal("no end")
	}
	return a.Usage().Cached
}

// A held prompt is in the cache as one that was answered is.
func TestHold(t *testing.T) {
	words := func(name string, n int) string { return strings.Repeat(name+" ", n) }
	synctest.Test(t, func(t *testing.T) {
		answered, held := engine(t, ""), engine(t, "")
		first, next := words("word", 1000), words("word", 1000)+words("more", 200)
		cachedOf(t, answered, first)
		held.Hold(job(held, first, 1).Prompt)
		a, b := cachedOf(t, answered, next), cachedOf(t, held, next)
		if a != b || b < 900 {
			t.Errorf("%d tokens cached of a prompt that was held, %d of one that was answered", b, a)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		p := profile(t, "fast")
		p.Cache.CapacityTokens = 64 * 20
		e, err := simulator.NewEngine(p, simulator.EngineOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		old, recent := words("old", 640), words("recent", 960)
		e.Hold(job(e, old, 1).Prompt)
		e.Hold(job(e, recent, 1).Prompt)
		e.Hold(job(e, words("large", 64*30), 1).Prompt) // has no room, whatever goes
		if n := cachedOf(t, e, words("fits", 64*18)); n != 0 {
			t.Errorf("%d tokens cached of a prompt that nobody held", n)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		p := profile(t, "fast")
		p.Cache.CapacityTokens = 64 * 30
		e, err := simulator.NewEngine(p, simulator.EngineOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		e.Hold(job(e, words("old", 640), 1).Prompt)
		e.Hold(job(e, words("recent", 1600), 1).Prompt)
		if n := cachedOf(t, e, words("recent", 1600)); n < 1500 {
			t.Errorf("%d tokens of the newer prompt are cached, want nearly all", n)
		}
		if n := cachedOf(t, e, words("old", 640)); n > 400 {
			t.Errorf("%d tokens of the older prompt are cached, though the newer needed its room", n)
		}
	})
}

// The bytes of a request's body are those that the cache matches.
func TestServerHold(t *testing.T) {
	const request = `{"model":"m","stream":true,"max_tokens":1,"stream_options":{"include_usage":true},%s,"messages":[` +
		`{"role":"system","content":"%s"}%s]}`
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, "")
		s := simulator.NewServer(simulator.Options{}, simulator.Model{Name: "m", Engine: e})
		long := strings.Repeat("word ", 1000)
		if err := s.Hold(fmt.Appendf(nil, request, tools, long, "")); err != nil {
			t.Fatal(err)
		}
		answer := post(t, s, "/v1/chat/completions", fmt.Sprintf(request, tools, long, `,{"role":"user","content":"go on"}`))
		if body := answer.Body.String(); !strings.Contains(body, `"cached_tokens":960`) {
			t.Errorf("not 960 tokens, 15 blocks, from the cache: %s", body)
		}
		for _, bad := range []string{
			"", "{}", `{"model":"m","stream":true,"messages":[{]}`, `{"model":"another","stream":true,"messages":[]}`,
		} {
			if err := s.Hold([]byte(bad)); err == nil {
				t.Errorf("%q is held", bad)
			}
		}
	})
}

// An incident that is played begins at once, also on an engine that has run for a while.
func TestPlay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, "")
		time.Sleep(time.Hour)
		text := strings.Repeat("word ", 1000)
		cachedOf(t, e, text)
		e.Play(simulator.Incident{Kind: simulator.NoCache, For: 60e9})
		e.Play(simulator.Incident{Kind: simulator.NoCache, Engine: "another"})
		if n := cachedOf(t, e, text); n != 0 {
			t.Errorf("%d tokens cached during the incident", n)
		}
		time.Sleep(time.Minute)
		if n := cachedOf(t, e, text); n == 0 {
			t.Error("nothing cached after the incident")
		}
	})
}

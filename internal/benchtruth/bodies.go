//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bodyRow compares what one client says of requests of one size with what the responder received. Times are in
// microseconds.
type bodyRow struct {
	tokens  int
	client  string
	bytes   int64     // of the largest body
	wire    []float64 // from the instant at which the time to first token begins to the arrival of the first bytes
	sent    []float64 // the client's end of the upload less the arrival of the last bytes
	took    []float64 // the upload: from the arrival of the first bytes to that of the last ones
	upload  []float64 // error of the upload's duration
	ttft    []float64 // error of the first token's instant
	dropped int       // first tokens whose write took too long
}

// bodyPlans are the runs of one client, smallest body first.
func (f flags) bodyPlans() ([]plan, error) {
	var all []plan
	for text := range strings.SplitSeq(f.bodies, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < smallestPrompt {
			return nil, fmt.Errorf("bodies: %q is not a number of tokens from %d on", text, smallestPrompt)
		}
		if f.requests < 1 || f.perSecond <= 0 {
			return nil, fmt.Errorf("%d requests, %g per second: nothing to send", f.requests, f.perSecond)
		}
		all = append(all, plan{
			Streams: f.requests, Tokens: n, Events: 16, Rate: f.rate, Delay: 200 * time.Millisecond,
			Ramp: time.Duration(float64(f.requests) / f.perSecond * float64(time.Second)), Binary: f.binary,
		})
	}
	return all, nil
}

// smallestPrompt leaves room for the instructions and tools of the daemon's prompts.
const smallestPrompt = 20_000

// runBodies is the part about large bodies. The daemon comes first, because the other clients send its body.
func (f flags) runBodies(ctx context.Context, doc *document) error {
	folder, err := os.MkdirTemp("", "benchtruth")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // what is left there harms nobody
	if f.binary == "" {
		if f.binary, err = buildDaemon(ctx, folder); err != nil {
			return err
		}
	}
	plans, err := f.bodyPlans()
	if err != nil {
		return err
	}
	fmt.Printf("\n%s\n\n%s\n", f.bodyConditions(), heading(bodyColumns()))
	rows := table{bodyColumns()}
	for _, p := range plans {
		p.Keep = filepath.Join(folder, strconv.Itoa(p.Tokens))
		all, err := f.bodyGroup(ctx, p)
		if err != nil {
			return err
		}
		for _, r := range all {
			fmt.Println(line(r.cells()...))
			rows = append(rows, r.cells())
		}
	}
	doc.set("bodies", rows.aligned())
	return nil
}

// bodyGroup runs the daemon, and then the clients that send one of its bodies.
func (f flags) bodyGroup(ctx context.Context, p plan) ([]bodyRow, error) {
	var rows []bodyRow
	for _, client := range []string{"daemon", "epoll", "aiohttp"} {
		if client != "daemon" && !slices.Contains(strings.Split(f.clients, ","), client) {
			continue
		}
		r, truth, err := runClient(ctx, client, f.python, p)
		switch {
		case errors.Is(err, errNoClient):
			f.leftOut(client)
		case err != nil:
			return nil, err
		default:
			rows = append(rows, f.joinBodies(p, client, r, truth))
		}
		if client == "daemon" {
			p.Body, p.Keep = p.Keep, ""
		}
	}
	return rows, nil
}

// joinBodies compares what a client measured with what the responder received and wrote.
func (f flags) joinBodies(p plan, client string, r report, truth []streamTruth) bodyRow {
	out := bodyRow{tokens: p.Tokens, client: client}
	byID := make(map[string]streamTruth, len(truth))
	for _, w := range truth {
		byID[w.ID] = w
	}
	for _, s := range r.Streams {
		w, ok := byID[s.ID]
		if !ok || s.Error != "" || s.Events != p.Events {
			continue
		}
		out.bytes = max(out.bytes, w.Request.Bytes)
		if w.First.took() > int64(f.bracket) {
			out.dropped++
		} else {
			out.ttft = append(out.ttft, float64(s.First-w.First.Before)/1e3)
		}
		if w.Request.Begin != 0 && w.Request.End != 0 {
			out.addUpload(s, w.Request)
		}
	}
	return out
}

// addUpload adds the upload of a request:
//
//	client      Start ───────── upload ────────── Sent
//	responder     └ wire ─ Begin ─ took ─ End ─ sent ┘
func (r *bodyRow) addUpload(s streamReport, w receipt) {
	for _, v := range []struct {
		to          *[]float64
		nanoseconds int64
	}{
		{&r.wire, w.Begin - s.Start},
		{&r.sent, s.Sent - w.End},
		{&r.took, w.End - w.Begin},
		{&r.upload, (s.Sent - s.Start) - (w.End - w.Begin)},
	} {
		*v.to = append(*v.to, float64(v.nanoseconds)/1e3)
	}
}

func bodyColumns() []string {
	return []string{
		"tokens", "kB", "client", "on the wire", "end of upload", "upload", "its error", "uploads", "TTFT error",
		"samples (dropped)",
	}
}

func (r bodyRow) cells() []string {
	return []string{
		fmt.Sprint(r.tokens), fmt.Sprint(r.bytes / 1000), r.client,
		quantiles(r.wire, .5, .99, 1), quantiles(r.sent, .5, .99, 1), quantiles(r.took, .5, .99),
		quantiles(r.upload, .5, .99, 1), fmt.Sprint(len(r.took)), quantiles(r.ttft, .5, .99, 1),
		fmt.Sprintf("%d (%d)", len(r.ttft), r.dropped),
	}
}

func (f flags) bodyConditions() string {
	return fmt.Sprintf("Large bodies: %d requests of a client, %g per second; times in µs, p50 / p99 / max by size.",
		f.requests, f.perSecond)
}

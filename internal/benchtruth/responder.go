//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// writeTime holds the instants before and after the write of an event, in nanoseconds of CLOCK_MONOTONIC.
type writeTime struct{ Before, After int64 }

func (w writeTime) took() int64 { return w.After - w.Before }

// streamTruth is what the responder knows about a stream.
type streamTruth struct {
	ID          string
	First, Last writeTime
	Request     receipt
}

// stream is an answer in progress.
type stream struct {
	conn net.Conn
	due  int64 // instant of the next event, CLOCK_MONOTONIC
	left int   // events
	streamTruth
}

// responder writes the events of all streams from one thread, so that only the kernel comes between a reading of the
// clock and its write:
//
//	request ─► fresh (due after Delay, in order) ─┐
//	            └─ first event ─► steady (due after 1/Rate, in order) ─► write ─┘ …
type responder struct {
	plan  plan
	clock clock
	token []byte
	end   []byte
	fresh chan *stream

	requests atomic.Int64 // so far, with large bodies
	kept     bytes.Buffer // the body for the other clients

	mu   sync.Mutex
	done []streamTruth
}

func respond(ctx context.Context, p plan) error {
	var listen net.ListenConfig
	if p.large() {
		listen.Control = askForStamps
	}
	l, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if p.Secure {
		cert, err := certificate()
		if err != nil {
			return err
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13})
	}
	r := newResponder(p)
	go r.accept(l)
	go r.write()
	if _, err := fmt.Println(l.Addr()); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent closes it
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(json.NewEncoder(os.Stdout).Encode(r.done), r.keep())
}

func newResponder(p plan) *responder {
	const token = `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m",` +
		`"choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}` + "\n\n"
	const end = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n"
	return &responder{
		plan: p, clock: newClock(), fresh: make(chan *stream, p.Streams),
		token: chunk(token), end: append(chunk(end), "0\r\n\r\n"...),
	}
}

// chunk frames text for chunked transfer encoding.
func chunk(s string) []byte { return fmt.Appendf(nil, "%x\r\n%s\r\n", len(s), s) }

// accept hands each request on as a stream. The goroutines end with the process, when its parent closes its input.
func (r *responder) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go r.read(conn)
	}
}

func (r *responder) read(conn net.Conn) {
	const header = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	in := r.reader(conn)
	for {
		id, got, err := in.next()
		if err != nil {
			return
		}
		due := monotonic() + int64(r.plan.Delay)
		if r.plan.large() {
			time.Sleep(r.plan.Delay / 2) // an engine parses a large prompt before it answers at all
		}
		if _, err := io.WriteString(conn, header); err != nil {
			return
		}
		r.fresh <- &stream{
			conn: conn, due: due, left: r.plan.Events,
			streamTruth: streamTruth{ID: id, Request: got},
		}
	}
}

// write writes due events for ever. It sleeps in the kernel, which wakes it within about 60 µs; Go's timers take a
// millisecond.
func (r *responder) write() {
	runtime.LockOSThread()
	var fresh, steady []*stream
	step := int64(float64(time.Second) / r.plan.Rate)
	for {
		fresh = r.receive(fresh)
		now := monotonic()
		for len(fresh) > 0 && fresh[0].due <= now {
			s := fresh[0]
			fresh = fresh[1:]
			if r.event(s) {
				s.due = monotonic() + step
				steady = append(steady, s)
			}
		}
		for len(steady) > 0 && steady[0].due <= now {
			s := steady[0]
			steady = steady[1:]
			if r.event(s) {
				s.due += step
				steady = append(steady, s)
			}
		}
		next := now + int64(time.Millisecond) // new requests are received at least this often
		for _, queue := range [][]*stream{fresh, steady} {
			if len(queue) > 0 {
				next = min(next, queue[0].due)
			}
		}
		sleepUntil(next)
	}
}

// receive appends the requests that have come.
func (r *responder) receive(fresh []*stream) []*stream {
	for {
		select {
		case s := <-r.fresh:
			fresh = append(fresh, s)
		default:
			return fresh
		}
	}
}

func sleepUntil(instant int64) {
	if wait := instant - monotonic(); wait > 0 {
		ts := syscall.NsecToTimespec(wait)
		_ = syscall.Nanosleep(&ts, nil) // a signal may wake it early, which only costs a turn of the loop
	}
}

// event writes one event, and the end of the stream after the last. It returns false when the stream is over.
func (r *responder) event(s *stream) bool {
	w := writeTime{Before: monotonic()}
	_, err := s.conn.Write(r.token)
	w.After = monotonic()
	if s.First.Before == 0 {
		s.First = w
	}
	s.Last = w
	if s.left--; s.left > 0 && err == nil {
		return true
	}
	if err == nil {
		time.AfterFunc(200*time.Millisecond, func() { // so that it is read after the last token
			_, _ = s.conn.Write(r.end)
		})
		r.mu.Lock()
		r.done = append(r.done, s.streamTruth)
		r.mu.Unlock()
	}
	return false
}

// certificate makes a self-signed certificate for the run.
func certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// readHeaders bounds how long a client may take to send its headers; Go's servers have no bound of their own.
const readHeaders = 10 * time.Second

// serveEngines answers on l until ctx ends, and closes l and the engines.
func serveEngines(ctx context.Context, l net.Listener, engines *simulator.Server) error {
	server := &http.Server{Handler: engines, ReadHeaderTimeout: readHeaders}
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		engines.Close()
		shutdown(server)
	})
	err := server.Serve(l)
	if stop() { // Serve failed before ctx ended
		engines.Close()
		return fmt.Errorf("serving the engines: %w", err)
	}
	<-done
	return nil
}

// engines are the demo's simulated servers, each on a port of its own.
type engines struct {
	all    []demoEngine
	cancel context.CancelFunc
	done   chan error // one from each
}

// demoEngine is an engine, its server, and the address of that.
type demoEngine struct {
	name, address string
	engine        *simulator.Engine
	server        *simulator.Server
}

func startEngines(incidents []simulator.Incident) (*engines, error) {
	ctx, cancel := context.WithCancel(context.Background())
	names := demoEngines()
	es := &engines{cancel: cancel, done: make(chan error, len(names))}
	for i, name := range names {
		e, err := newDemoEngine(name, uint64(i+1), incidents)
		if err == nil {
			err = es.serve(ctx, e)
		}
		if err != nil {
			return nil, errors.Join(err, es.stop())
		}
	}
	return es, nil
}

func newDemoEngine(name string, seed uint64, incidents []simulator.Incident) (demoEngine, error) {
	profile, ok := simulator.ProfileNamed(name)
	if !ok {
		return demoEngine{}, fmt.Errorf("there is no engine profile %q", name)
	}
	e, err := simulator.NewEngine(profile, simulator.EngineOptions{Seed: seed, Incidents: incidents})
	if err != nil {
		return demoEngine{}, err
	}
	server := simulator.NewServer(simulator.Options{}, simulator.Model{Name: demoModel, Engine: e})
	return demoEngine{name: name, engine: e, server: server}, nil
}

// serve answers for an engine on a free port.
func (es *engines) serve(ctx context.Context, e demoEngine) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		e.engine.Close()
		return fmt.Errorf("starting the engine %s: %w", e.name, err)
	}
	e.address = l.Addr().String()
	es.all = append(es.all, e)
	go func() { es.done <- serveEngines(ctx, l, e.server) }()
	return nil
}

// hold puts a session's last prompt into the cache of its target's engine, in the bytes in which a client sends it.
func (es *engines) hold(t prober.Target, last chat.Conversation) error {
	encoder, err := chat.NewEncoder(t.Endpoint)
	if err != nil {
		return err
	}
	written := encoder.Body(&chat.Request{Conversation: last})
	body := make([]byte, written.Len())
	if _, err := io.ReadFull(written, body); err != nil {
		return fmt.Errorf("writing a history: %w", err)
	}
	return es.named(t.Name).server.Hold(body)
}

// named is the engine of a name, which must be one of demoEngines.
func (es *engines) named(name string) demoEngine {
	return es.all[slices.IndexFunc(es.all, func(e demoEngine) bool { return e.name == name })]
}

// stop ends all engines and waits for them.
func (es *engines) stop() error {
	es.cancel()
	var errs []error
	for range es.all {
		errs = append(errs, <-es.done)
	}
	return errors.Join(errs...)
}

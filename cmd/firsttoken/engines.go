package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

// readHeaders bounds how long a client may take to send its headers; Go's servers have no bound of their own.
const readHeaders = 10 * time.Second

// serveEngines answers on l until ctx ends, and closes l and the engines.
func serveEngines(ctx context.Context, l net.Listener, o simulator.Options, models ...simulator.Model) error {
	server := &http.Server{Handler: simulator.NewServer(o, models...), ReadHeaderTimeout: readHeaders}
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		for _, m := range models {
			m.Engine.Close() // ends every stream
		}
		shutdown(server)
	})
	err := server.Serve(l)
	if stop() { // Serve failed before ctx ended
		for _, m := range models {
			m.Engine.Close()
		}
		return fmt.Errorf("serving the engines: %w", err)
	}
	<-done
	return nil
}

// engines are the demo's simulated servers, each on a port of its own.
type engines struct {
	all    []engineAddress
	cancel context.CancelFunc
	done   chan error // one from each
}

type engineAddress struct{ name, address string }

func startEngines(incidents []simulator.Incident) (*engines, error) {
	ctx, cancel := context.WithCancel(context.Background())
	names := demoEngines()
	es := &engines{cancel: cancel, done: make(chan error, len(names))}
	for i, name := range names {
		address, err := es.start(ctx, name, uint64(i+1), incidents)
		if err != nil {
			return nil, errors.Join(err, es.stop())
		}
		es.all = append(es.all, engineAddress{name, address})
	}
	return es, nil
}

func (es *engines) start(
	ctx context.Context, name string, seed uint64, incidents []simulator.Incident,
) (address string, err error) {
	profile, ok := simulator.ProfileNamed(name)
	if !ok {
		return "", fmt.Errorf("there is no engine profile %q", name)
	}
	e, err := simulator.NewEngine(profile, simulator.EngineOptions{Seed: seed, Incidents: incidents})
	if err != nil {
		return "", err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		e.Close()
		return "", fmt.Errorf("starting the engine %s: %w", name, err)
	}
	go func() {
		es.done <- serveEngines(ctx, l, simulator.Options{}, simulator.Model{Name: demoModel, Engine: e})
	}()
	return l.Addr().String(), nil
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

package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/prometheus/exporter-toolkit/web"
)

// listenFor listens on the addresses of the options; under systemd's socket activation it returns none.
func listenFor(ctx context.Context, o options) ([]net.Listener, error) {
	if err := web.Validate(o.WebConfigFile); err != nil {
		return nil, fmt.Errorf("reading --web.config.file: %w", err)
	}
	if o.SystemdSocket {
		return nil, nil
	}
	return listen(ctx, o.ListenAddresses)
}

// listen listens on all addresses or on none.
func listen(ctx context.Context, addresses []string) ([]net.Listener, error) {
	var all []net.Listener
	for _, a := range addresses {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", a)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("listening for scrapes: %w", err), closeAll(all))
		}
		all = append(all, l)
	}
	return all, nil
}

func closeAll(listeners []net.Listener) error {
	var errs []error
	for _, l := range listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

func addresses(listeners []net.Listener) []string {
	var all []string
	for _, l := range listeners {
		all = append(all, l.Addr().String())
	}
	return all
}

// web returns the options in the form of Prometheus' exporter-toolkit.
func (o *options) web() *web.FlagConfig {
	return &web.FlagConfig{
		WebListenAddresses: &o.ListenAddresses, WebSystemdSocket: &o.SystemdSocket, WebConfigFile: &o.WebConfigFile,
	}
}

package main

import (
	"cmp"

	"github.com/prometheus/common/version"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// connector makes the client of a target.
type connector func(prober.Target) (prober.Sender, error)

// connect is the connector for real endpoints.
func connect(t prober.Target) (prober.Sender, error) {
	return chat.NewClient(t.Endpoint, chat.Options{Version: programVersion()})
}

// programVersion is part of the User-Agent and of the prompts. A new version is therefore a cold start
// for every prefix cache, once.
func programVersion() string { return cmp.Or(version.Version, "devel") }

// Command generate writes the rule files beside package alerts, by the default parameters; go generate ./alerts runs it
// there. `firsttoken rules` writes them by others.
package main

import (
	"fmt"
	"os"

	"github.com/firsttoken/firsttoken/alerts"
)

func main() {
	files, err := alerts.Generated()
	if err == nil {
		_, err = alerts.Write(".", files, true) // the tests are written by hand
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

package alertlab

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// barrier is the name of an alert, and of its receiver, that tells when all that came before it was sent: its group
// waits many times as long.
const barrier = "alertlabBarrier"

// shorten makes the example send to the receiver at address, and at once. A group waits a moment, so that what was
// posted together is told together, and what inhibits has come.
func shorten(example []byte, address string) ([]byte, error) {
	var config map[string]any
	if err := yaml.Unmarshal(example, &config); err != nil {
		return nil, err
	}
	route, _ := config["route"].(map[string]any)
	receivers, _ := config["receivers"].([]any)
	if route == nil || receivers == nil {
		return nil, fmt.Errorf("the example has no route or no receivers")
	}
	routes, _ := route["routes"].([]any)
	for _, r := range append(routes, route) {
		hurry(r.(map[string]any), "50ms", "100ms")
	}
	for _, r := range receivers {
		redirect(r.(map[string]any), address)
	}
	last := map[string]any{
		"receiver": barrier, "matchers": []string{"alertname = " + barrier}, "group_by": []string{"number"},
	}
	hurry(last, "1s", "1s")
	route["routes"] = append([]any{last}, routes...)
	config["receivers"] = append(receivers, map[string]any{"name": barrier, "webhook_configs": []any{
		map[string]any{"url": address + "/" + barrier},
	}})
	return yaml.Marshal(config)
}

func hurry(route map[string]any, wait, interval string) {
	route["group_wait"], route["group_interval"], route["repeat_interval"] = wait, interval, "1h"
}

func redirect(receiver map[string]any, address string) {
	hooks, _ := receiver["webhook_configs"].([]any)
	for _, h := range hooks {
		h.(map[string]any)["url"] = fmt.Sprintf("%s/%s", address, receiver["name"])
	}
}

package prober

import (
	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// These stand in for what chat and workload are about to provide.
func defaultEndpoint() chat.Endpoint {
	return chat.Endpoint{Timeout: model.Duration(chat.DefaultTimeout), StallTimeout: model.Duration(chat.DefaultStallTimeout)}
}

func validatePart(part any) invalid.Errors {
	if v, ok := part.(interface{ Validate() invalid.Errors }); ok {
		return v.Validate()
	}
	return nil
}

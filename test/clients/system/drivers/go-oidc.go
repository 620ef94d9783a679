package main

import "context"

func newSubjectOf() func(string) (string, error) {
	ctx := context.Background()
	verifier, err := newVerifier(ctx)
	if err != nil {
		panic(err)
	}
	return func(raw string) (string, error) {
		token, err := verify(ctx, verifier, raw)
		if err != nil {
			return "", err
		}
		return token.Subject, nil
	}
}

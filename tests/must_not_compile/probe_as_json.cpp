// refused: conversion from .*embed::Probe.* to non-scalar type .*proviso::Value.* requested
// No serialiser of a passer-by's template exists.
#include "base/json/json.h"
#include "stages/embed/probe.h"

std::string to_json(const proviso::embed::Probe& probe) {
#ifdef REFUSED
  const proviso::Value value = probe;
#else
  const proviso::Value value = probe.permit().key().camera.text();
#endif
  return proviso::json::to_canonical(value);
}

// A library must have a source; this one is a precompiled header.

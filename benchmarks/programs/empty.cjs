"use strict";
// The empty program: what it costs beyond bare Node is the preload alone.

/** `scorefield discover`: a network of causes from the rows of a table. */
import { basename, extname } from "node:path";
import type { Command } from "commander";
import { findNetwork, methodNames, type MethodName, scoreNames, type ScoreName } from "../discover/find-network.ts";
import { networkEndings, networkText } from "../discover/network-files.ts";
import { networkPage } from "../discover/network-page.ts";
import { type Effect, effectsOf } from "../discover/predicted-effects.ts";
import { readKnowledge } from "../discover/read-knowledge.ts";
import { readVariables } from "../discover/read-variables.ts";
import { compareWithTruth, readTruth } from "../discover/truth.ts";
import { UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import { table as htmlTable, paragraph } from "../report/page.ts";
import { textTable } from "../report/text-table.ts";
import { checkProvider } from "./check-provider.ts";

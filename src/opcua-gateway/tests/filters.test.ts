import {
  AttributeIds,
  type ClientSessionRawSubscriptionService,
  ContentFilterElement,
  CreateMonitoredItemsRequest,
  coerceNodeId,
  DataChangeFilter,
  DataType,
  DeadbandType,
  ElementOperand,
  EventFilter,
  type EventFilterResult,
  FilterOperator,
  LiteralOperand,
  MonitoringMode,
  SimpleAttributeOperand,
  StatusCodes,
  TimestampsToReturn,
  Variant,
  VariantArrayType,
} from "node-opcua";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { compare } from "../src/filters/compare.ts";
import { like } from "../src/filters/like.ts";
import type { Gateway } from "../src/gateway.ts";
import { FakeServer } from "./fakeServer.ts";
import { laboratory, start } from "./gatewayUnderTest.ts";
import { Plc } from "./plc.ts";

const { Equals, IsNull, GreaterThan, LessThan, GreaterThanOrEqual, LessThanOrEqual, Like } = FilterOperator;
const { Not, Between, InList, And, Or, Cast, InView, OfType, RelatedTo, BitwiseAnd, BitwiseOr } = FilterOperator;
type Operand = SimpleAttributeOperand | LiteralOperand | ElementOperand;

const server = new FakeServer();
let gateway: Gateway;
let plc: Plc;

beforeAll(async () => {
  server.addStation("A");
  await server.start();
  gateway = await start(await laboratory(server.port));
  plc = await Plc.connect(gateway.endpoint);
  await plc.until("A.Ready", (value) => value.statusCode === StatusCodes.Good);
});

afterAll(async () => {
  await plc.disconnect();
  await gateway.stop();
  server.stop();
});

const literal = (dataType: DataType, value: unknown) =>
  new LiteralOperand({ value: new Variant({ dataType, arrayType: VariantArrayType.Scalar, value }) });
const element = (index: number) => new ElementOperand({ index });
const where = (filterOperator: FilterOperator, ...filterOperands: Operand[]) =>
  new ContentFilterElement({ filterOperator, filterOperands });

/** A field of the events: of the inspections by its name alone. */
function field(name: string): SimpleAttributeOperand {
  const isBase = ["EventType", "SourceNode", "Severity", "Message", "Time", "ActiveState"].includes(name);
  const namespaceIndex = isBase ? 0 : Number(/^ns=(\d+)/.exec(plc.nodeId(""))?.[1]);
  const browsePath = [{ namespaceIndex, name }];
  return new SimpleAttributeOperand({ typeDefinitionId: "i=2041", browsePath, attributeId: AttributeIds.Value });
}

function filterOf(...elements: ContentFilterElement[]): EventFilter {
  return new EventFilter({ selectClauses: [field("Sequence")], whereClause: { elements } });
}

const PART = { verdict: 2, score: 1.25, partId: "004711-Ä", captureTime: { seconds: "1800000000", nanos: 0 } } as const;
const AT = new Date(1_800_000_000_000);

/** Each clause, and whether an event of PART with LogSequence 2^32 + 7 passes it. */
const CLAUSES: readonly (readonly [string, boolean, () => ContentFilterElement[]])[] = [
  ["Float > Double", true, () => [where(GreaterThan, field("Score"), literal(DataType.Double, 1))]],
  ["Float > itself", false, () => [where(GreaterThan, field("Score"), literal(DataType.Double, 1.25))]],
  ["Float >= Float", true, () => [where(GreaterThanOrEqual, field("Score"), literal(DataType.Float, 1.25))]],
  ["Float < Int32", true, () => [where(LessThan, field("Score"), literal(DataType.Int32, 2))]],
  ["Float <= Byte", false, () => [where(LessThanOrEqual, field("Score"), literal(DataType.Byte, 1))]],
  ["Float = Float", true, () => [where(Equals, field("Score"), literal(DataType.Float, 1.25))]],
  ["Float > text", true, () => [where(GreaterThan, field("Score"), literal(DataType.String, "1.2"))]],
  ["Float > word", false, () => [where(GreaterThan, field("Score"), literal(DataType.String, "word"))]],
  ["Float > NaN", false, () => [where(GreaterThan, field("Score"), literal(DataType.Double, Number.NaN))]],
  ["UInt64 > UInt32", true, () => [where(GreaterThan, field("LogSequence"), literal(DataType.UInt32, 0xffffffff))]],
  ["UInt64 > Int64", false, () => [where(GreaterThan, field("LogSequence"), literal(DataType.Int64, [1, 7]))]],
  ["UInt64 >= Int64", true, () => [where(GreaterThanOrEqual, field("LogSequence"), literal(DataType.Int64, [1, 7]))]],
  ["UInt64 = UInt64", true, () => [where(Equals, field("LogSequence"), literal(DataType.UInt64, [1, 7]))]],
  [
    "UInt64 > -1",
    true,
    () => [where(GreaterThan, field("LogSequence"), literal(DataType.Int64, [0xffffffff, 0xffffffff]))],
  ],
  ["UInt32 = UInt16", true, () => [where(Equals, field("Sequence"), literal(DataType.UInt16, 7))]],
  ["UInt16 >= Int16", true, () => [where(GreaterThanOrEqual, field("Severity"), literal(DataType.Int16, 500))]],
  ["Int32 = SByte", true, () => [where(Equals, field("Evaluation"), literal(DataType.SByte, 2))]],
  ["Boolean = Boolean", true, () => [where(Equals, field("Pass"), literal(DataType.Boolean, false))]],
  ["Boolean = Int32", true, () => [where(Equals, field("Pass"), literal(DataType.Int32, 0))]],
  ["Boolean alone, not", true, () => [where(Not, field("Pass"))]],
  ["String = String", true, () => [where(Equals, field("PartId"), literal(DataType.String, "004711-Ä"))]],
  ["String > String", true, () => [where(GreaterThan, field("PartId"), literal(DataType.String, "0046"))]],
  ["String < String", false, () => [where(LessThan, field("PartId"), literal(DataType.String, "0046"))]],
  ["DateTime = DateTime", true, () => [where(Equals, field("CaptureTime"), literal(DataType.DateTime, AT))]],
  ["DateTime > older", true, () => [where(GreaterThan, field("CaptureTime"), literal(DataType.DateTime, new Date(0)))]],
  ["DateTime < older", false, () => [where(LessThan, field("CaptureTime"), literal(DataType.DateTime, new Date(0)))]],
  ["NodeId = NodeId", true, () => [where(Equals, field("SourceNode"), nodeLiteral("A"))]],
  ["NodeId = other", false, () => [where(Equals, field("SourceNode"), nodeLiteral("B"))]],
  ["NodeId > other", false, () => [where(GreaterThan, field("SourceNode"), nodeLiteral("0"))]],
  ["Between", true, () => [between("Score", DataType.Float, 1, 4)]],
  ["Between, at the ends", true, () => [between("Score", DataType.Float, 1.25, 1.25)]],
  ["Between, above", false, () => [between("Score", DataType.Float, 0, 1)]],
  ["Between of UInt64", true, () => [between("LogSequence", DataType.UInt64, [1, 0], [2, 0])]],
  ["Between of DateTime", true, () => [between("CaptureTime", DataType.DateTime, AT, AT)]],
  [
    "InList of Int32",
    true,
    () => [where(InList, field("Evaluation"), literal(DataType.Int32, 3), literal(DataType.UInt32, 2))],
  ],
  [
    "InList, none",
    false,
    () => [where(InList, field("Evaluation"), literal(DataType.Int32, 1), literal(DataType.Int32, 3))],
  ],
  [
    "InList of String",
    true,
    () => [where(InList, field("PartId"), literal(DataType.String, "x"), literal(DataType.String, "004711-Ä"))],
  ],
  ["InList of NodeId", true, () => [where(InList, field("SourceNode"), nodeLiteral("B"), nodeLiteral("A"))]],
  ["Like", true, () => [where(Like, field("PartId"), literal(DataType.String, "00%-_"))]],
  ["Like, other", false, () => [where(Like, field("PartId"), literal(DataType.String, "01%"))]],
  ["Like of LocalizedText", true, () => [where(Like, field("Message"), literal(DataType.String, "A 4294967303 %"))]],
  ["IsNull", false, () => [where(IsNull, field("PartId"))]],
  ["IsNull of what the event has not", true, () => [where(IsNull, field("ActiveState"))]],
  ["OfType", true, () => [where(OfType, nodeLiteral("InspectionEventType"))]],
  ["OfType of a base", true, () => [where(OfType, literal(DataType.NodeId, coerceNodeId("i=2041")))]],
  ["OfType of another", false, () => [where(OfType, literal(DataType.NodeId, coerceNodeId("i=2052")))]],
  ["And", true, () => both(And, 1.25, 2)],
  ["And, one not", false, () => both(And, 1.25, 1)],
  ["Or", true, () => both(Or, 0, 2)],
  ["Or, none", false, () => both(Or, 0, 1)],
  ["Not", false, () => [where(Not, element(1)), where(Equals, field("Evaluation"), literal(DataType.Int32, 2))]],
  ["Not of what the event has not", false, () => [where(Not, field("ActiveState"))]],
];

function nodeLiteral(name: string): LiteralOperand {
  return literal(DataType.NodeId, coerceNodeId(plc.nodeId(name)));
}

function between(name: string, dataType: DataType, low: unknown, high: unknown): ContentFilterElement {
  return where(Between, field(name), literal(dataType, low), literal(dataType, high));
}

function both(operator: FilterOperator, score: number, evaluation: number): ContentFilterElement[] {
  const scores = where(Equals, field("Score"), literal(DataType.Float, score));
  return [
    where(operator, element(1), element(2)),
    scores,
    where(Equals, field("Evaluation"), literal(DataType.Int32, evaluation)),
  ];
}

test("whereClauses_OfEachOperatorAndType_LetThroughWhatTheySay", async () => {
  const subscription = await plc.subscribe();
  const seen = new Map<string, unknown[]>();
  const watch = async (name: string, filter: EventFilter) => {
    const sequences: unknown[] = [];
    seen.set(name, sequences);
    const item = { nodeId: plc.nodeId("A"), attributeId: AttributeIds.EventNotifier };
    const monitored = await subscription.monitor(item, { queueSize: 100, filter }, TimestampsToReturn.Neither);
    monitored.on("changed", ([sequence]: Variant[]) => sequences.push(sequence?.value));
  };
  for (const [name, , elements] of CLAUSES) {
    await watch(name, filterOf(...elements()));
  }
  await watch("all", filterOf());
  server.judge("A", { ...PART, sequence: String(2n ** 32n + 7n) });
  await vi.waitFor(() => expect(seen.get("all")).toEqual([7]), { timeout: 10_000 });
  const wrong = CLAUSES.filter(([name, passes]) => (seen.get(name)?.length === 1) !== passes);
  expect(wrong.map(([name]) => name)).toEqual([]);
  await subscription.terminate();
});

/** Creates one item by the service itself: its status, and the statuses of the elements and of their operands. */
async function ask(nodeId: string, attributeId: AttributeIds, filter: EventFilter | DataChangeFilter | null) {
  const subscription = await plc.subscribe();
  const requestedParameters = { clientHandle: 1, samplingInterval: 0, queueSize: 10, discardOldest: true, filter };
  const itemToMonitor = { nodeId, attributeId };
  const request = new CreateMonitoredItemsRequest({
    subscriptionId: subscription.subscriptionId,
    timestampsToReturn: TimestampsToReturn.Both,
    itemsToCreate: [{ itemToMonitor, monitoringMode: MonitoringMode.Reporting, requestedParameters }],
  });
  const [result] =
    (await (plc.session as unknown as ClientSessionRawSubscriptionService).createMonitoredItems(request)).results ?? [];
  await subscription.terminate();
  const elements = (result?.filterResult as EventFilterResult | null)?.whereClauseResult?.elementResults ?? [];
  return {
    status: result?.statusCode.name,
    elements: elements.map(({ statusCode }) => statusCode.name),
  };
}

const REFUSED: readonly (readonly [string, string, () => ContentFilterElement[]])[] = [
  ["Cast", "BadFilterOperatorUnsupported", () => [where(Cast, field("Score"), nodeLiteral("A"))]],
  ["InView", "BadFilterOperatorUnsupported", () => [where(InView, nodeLiteral("A"))]],
  [
    "RelatedTo",
    "BadFilterOperatorUnsupported",
    () => [where(RelatedTo, ...Array.from({ length: 6 }, () => nodeLiteral("A")))],
  ],
  [
    "BitwiseAnd",
    "BadFilterOperatorUnsupported",
    () => [where(BitwiseAnd, field("Sequence"), literal(DataType.UInt32, 1))],
  ],
  [
    "BitwiseOr",
    "BadFilterOperatorUnsupported",
    () => [where(BitwiseOr, field("Sequence"), literal(DataType.UInt32, 1))],
  ],
  ["one operand of two", "BadFilterOperandCountMismatch", () => [where(Equals, field("Score"))]],
  ["an unknown field", "BadFilterOperandInvalid", () => [where(Equals, field("Colour"), literal(DataType.Int32, 1))]],
  ["OfType of an unknown type", "BadFilterOperandInvalid", () => [where(OfType, nodeLiteral("NoType"))]],
  ["OfType of an object", "BadFilterOperandInvalid", () => [where(OfType, nodeLiteral("A"))]],
  ["an element that refers to itself", "BadFilterOperandInvalid", () => [where(Not, element(0))]],
  ["an element that there is not", "BadFilterOperandInvalid", () => [where(Not, element(1))]],
];

test.each(REFUSED)("whereClause_With%s_IsAnsweredSoInItsElement", async (_what, status, elements) => {
  const answer = await ask(plc.nodeId("A"), AttributeIds.EventNotifier, filterOf(...elements()));
  expect(answer).toEqual({ status: "BadEventFilterInvalid", elements: [status] });
});

test("whereClause_ThatNamesEachElementTwice_IsEvaluatedInTimeForEachOnce", async () => {
  // Evaluated as a tree, these sixty are 2^60.
  const doubled = Array.from({ length: 60 }, (_, index) => where(Or, element(index + 1), element(index + 1)));
  const filter = filterOf(...doubled, where(Equals, field("Evaluation"), literal(DataType.Int32, 2)));
  const subscription = await plc.subscribe();
  const item = { nodeId: plc.nodeId("A"), attributeId: AttributeIds.EventNotifier };
  const monitored = await subscription.monitor(item, { queueSize: 100, filter }, TimestampsToReturn.Neither);
  const came = new Promise((resolve) => monitored.on("changed", resolve));
  server.judge("A", PART);
  await came;
  await subscription.terminate();
});

const unusable = (options: object) =>
  new DataChangeFilter({ trigger: 1, deadbandType: DeadbandType.Absolute, ...options });

test.each([
  ["none on events", "A", AttributeIds.EventNotifier, null, "BadEventFilterInvalid"],
  ["a deadband on events", "A", AttributeIds.EventNotifier, unusable({ deadbandValue: 1 }), "BadFilterNotAllowed"],
  ["a negative deadband", "A.Score", AttributeIds.Value, unusable({ deadbandValue: -1 }), "BadDeadbandFilterInvalid"],
  [
    "a deadband of NaN",
    "A.Score",
    AttributeIds.Value,
    unusable({ deadbandValue: Number.NaN }),
    "BadDeadbandFilterInvalid",
  ],
  ["a deadband of 2", "A.Score", AttributeIds.Value, unusable({ deadbandValue: 2 }), "Good"],
  ["a filter of events on a value", "A.Score", AttributeIds.Value, new EventFilter({}), "BadFilterNotAllowed"],
] as const)("filter_%s_IsAnsweredRightly", async (_what, name, attributeId, filter, status) => {
  expect((await ask(plc.nodeId(name), attributeId, filter)).status).toBe(status);
  // An event that would end the process comes to an item that should not be there.
  server.judge("A", PART);
  await plc.until(
    "A.Sequence",
    (value) => value.value.value === Number(BigInt.asUintN(32, BigInt(server.log.get("A")?.at(-1)?.sequence ?? "0"))),
  );
});

test.each([
  DataType.SByte,
  DataType.Byte,
  DataType.Int16,
  DataType.UInt16,
  DataType.Int32,
  DataType.UInt32,
  DataType.Int64,
  DataType.UInt64,
  DataType.Float,
  DataType.Double,
])("compare_Numbers_OfType%i_WithAllOthers", (type) => {
  const others = [
    DataType.Byte,
    DataType.Int32,
    DataType.UInt32,
    DataType.Int64,
    DataType.UInt64,
    DataType.Float,
    DataType.Double,
  ];
  const of = (dataType: DataType, value: number) => {
    const isWide = dataType === DataType.Int64 || dataType === DataType.UInt64;
    return new Variant({ dataType, arrayType: VariantArrayType.Scalar, value: isWide ? [0, value] : value });
  };
  expect(others.map((other) => [1, 2, 3].map((value) => compare(of(type, 2), of(other, value))))).toEqual(
    others.map(() => [1, 0, -1]),
  );
});

test.each([
  ["abc", "a%", true],
  ["abc", "%", true],
  ["", "%", true],
  ["abc", "a_c", true],
  ["abc", "a_", false],
  ["b", "[abc]", true],
  ["d", "[a-c]", false],
  ["d", "[^a-c]", true],
  ["100%", "100\\%", true],
  ["1000", "100\\%", false],
  ["a\nb", "a%b", true],
  ["a.c", "a.c", true],
  ["abc", "a.c", false],
] as const)("like_%j_%j_Is%s", (text, pattern, expected) => {
  expect(like(text, pattern)).toBe(expected);
});

test("like_ManyWildcards_TakesNoTime", () => {
  const begin = performance.now();
  expect(like("a".repeat(254), `${"%a".repeat(100)}b`)).toBe(false);
  expect(performance.now() - begin).toBeLessThan(1_000);
});

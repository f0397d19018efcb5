import {
  AttributeIds,
  type DataType,
  type DataValue,
  type ISessionContext,
  type StatusCode,
  StatusCodes,
  type UAVariable,
  Variant,
  VariantArrayType,
  type WriteValue,
} from "node-opcua";
import type { Audit } from "./audit.ts";
import { toFailure } from "./statusCodes.ts";

type Done = (error: Error | null, status?: StatusCode) => void;
type WriteAttribute = (context: ISessionContext, write: WriteValue, done: Done) => void;

/**
 * Gives a client's value to `take`, which decides and sets the variable itself; it rejects with what toFailure() knows.
 * Every attempt is audited. node-opcua's own setters are not told who writes, so its entry for writes is taken over.
 */
export function acceptWrites(
  variable: UAVariable,
  dataType: DataType,
  audit: Audit,
  take: (value: unknown) => void | Promise<void>,
): void {
  const node = variable as unknown as { writeAttribute: WriteAttribute };
  const others = node.writeAttribute.bind(variable);
  node.writeAttribute = (context, write, done) => {
    if (write.attributeId !== AttributeIds.Value) {
      others(context, write, done);
      return;
    }
    const before = new Variant(variable.readValue().value);
    attempt(variable, dataType, context, write, take).then((status) => {
      audit.write(context, variable, before, write.value.value, status);
      done(null, status);
    }, done);
  };
}

async function attempt(
  variable: UAVariable,
  dataType: DataType,
  context: ISessionContext,
  write: WriteValue,
  take: (value: unknown) => void | Promise<void>,
): Promise<StatusCode> {
  if (!variable.isUserWritable(context)) {
    return StatusCodes.BadUserAccessDenied;
  }
  const refused = check(dataType, write.value, write.indexRange?.isEmpty() !== false);
  if (refused !== undefined) {
    return refused;
  }
  try {
    await take(write.value.value.value);
    return StatusCodes.Good;
  } catch (error) {
    return toFailure(error).statusCode;
  }
}

function check(dataType: DataType, { value, statusCode }: DataValue, whole: boolean): StatusCode | undefined {
  if (value.dataType !== dataType || value.arrayType !== VariantArrayType.Scalar) {
    return StatusCodes.BadTypeMismatch;
  }
  // Timestamps are left aside: many clients send them with every write.
  return whole && statusCode.isGood() ? undefined : StatusCodes.BadWriteNotSupported;
}

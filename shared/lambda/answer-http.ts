import type { MiddlewareObj } from "@middy/core";

/** Answers with the `response` of the handler's result and nothing else; to be used before `logInvocation`. */
export function answerHttp(): MiddlewareObj<
  unknown,
  { readonly response?: unknown }
> {
  return {
    name: "answer-http",
    after: (request) => {
      const { response = null } = request.response ?? {};
      Object.assign(request, { response });
    },
  };
}

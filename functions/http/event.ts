import type { APIGatewayProxyEventV2 } from "aws-lambda";

/** The event with which API Gateway invokes a Lambda function for an HTTP request (payload format 2.0). */
export type HttpEvent = APIGatewayProxyEventV2;

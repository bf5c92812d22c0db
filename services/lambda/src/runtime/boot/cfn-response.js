// Answers CloudFormation for a custom resource: the module that AWS gives to functions whose code is inline.

const https = require("https");
const { URL } = require("url");

exports.SUCCESS = "SUCCESS";
exports.FAILED = "FAILED";

exports.send = function (event, context, responseStatus, responseData, physicalResourceId, noEcho) {
  const body = JSON.stringify({
    Status: responseStatus,
    Reason: "See the details in CloudWatch Log Stream: " + context.logStreamName,
    PhysicalResourceId: physicalResourceId || context.logStreamName,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    NoEcho: noEcho || false,
    Data: responseData,
  });
  const url = new URL(event.ResponseURL);
  return new Promise((resolve) => {
    const finish = () => {
      context.done();
      resolve();
    };
    const request = https.request(
      {
        hostname: url.hostname,
        port: url.port || 443,
        path: url.pathname + url.search,
        method: "PUT",
        headers: { "content-type": "", "content-length": Buffer.byteLength(body) },
      },
      (response) => {
        console.log("Status code: " + response.statusCode);
        response.resume();
        finish();
      },
    );
    request.on("error", (error) => {
      console.log("send(..) failed executing https.request(..): " + error);
      finish();
    });
    request.end(body);
  });
};

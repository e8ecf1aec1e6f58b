using System.Text.Json.Serialization;

namespace MailBackup.Operations;

/// <summary>The JSON of operations, generated at build time: reflection would cost more than a scan that finds nothing new.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(OperationProgress))]
[JsonSerializable(typeof(OperationReport))]
[JsonSerializable(typeof(ScanRequest))]
[JsonSerializable(typeof(RestoreRequest))]
[JsonSerializable(typeof(CheckRequest))]
internal sealed partial class OperationJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MailBackup.Operations;

/// <summary>
/// Requests to and from <see cref="Operation.Parameters"/>. Names are in camel case, nulls are left out, and members that this version does
/// not know are passed over, so that processes of neighbouring versions can share a queue.
/// </summary>
public static class OperationRequestJson
{
    /// <summary>The kind of operation that answers the request, and the request as JSON.</summary>
    public static (OperationKind Kind, string Parameters) Write(OperationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request switch
        {
            ScanRequest scan => (
                scan.Accounts.Count > 0 ? OperationKind.AccountScan : OperationKind.SmartScan,
                JsonSerializer.Serialize(scan, OperationJson.Default.ScanRequest)),
            RestoreRequest restore => (OperationKind.Restore, JsonSerializer.Serialize(restore, OperationJson.Default.RestoreRequest)),
            CheckRequest check => (OperationKind.CoherencyCheck, JsonSerializer.Serialize(check, OperationJson.Default.CheckRequest)),
            _ => throw new ArgumentException($"There is no operation for {request.GetType().Name}.", nameof(request)),
        };
    }

    /// <summary>Errors: <c>ConfigurationInvalid</c>.</summary>
    public static OperationRequest Read(OperationKind kind, string parameters)
    {
        switch (kind)
        {
            case OperationKind.SmartScan:
            case OperationKind.AccountScan:
                var scan = Parse(kind, parameters, OperationJson.Default.ScanRequest);

                // A member that is left out is null here whatever its initializer says: that is how generated code fills init properties.
                scan = scan.Accounts is null ? scan with { Accounts = [] } : scan;

                // Losing the accounts must not silently turn the scan of one account into one of the whole server.
                return kind == OperationKind.SmartScan || scan.Accounts.Count > 0 ? scan : throw Invalid(kind, "it names no account", null);

            case OperationKind.Restore:
                return Parse(kind, parameters, OperationJson.Default.RestoreRequest);

            case OperationKind.CoherencyCheck:
                var check = Parse(kind, parameters, OperationJson.Default.CheckRequest);
                return check.Accounts is null ? check with { Accounts = [] } : check;

            default:
                throw Invalid(kind, "this version does not know that kind", null);
        }
    }

    private static T Parse<T>(OperationKind kind, string parameters, JsonTypeInfo<T> type)
        where T : OperationRequest
    {
        try
        {
            return JsonSerializer.Deserialize(parameters, type) ?? throw Invalid(kind, "it is empty", null);
        }
        catch (JsonException e)
        {
            throw Invalid(kind, "it is not the JSON of such a request", e);
        }
    }

    private static MailBackupException Invalid(OperationKind kind, string reason, Exception? inner) => new(
        ErrorIds.ConfigurationInvalid,
        $"The queued {kind} cannot be read: {reason}.",
        "Start the operation again.",
        kind,
        inner);
}

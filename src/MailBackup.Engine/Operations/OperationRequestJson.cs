using System.Text.Json;

namespace MailBackup.Operations;

/// <summary>
/// Requests to and from <see cref="Operation.Parameters"/>. Names are in camel case, nulls are left out, and members that this version does
/// not know are passed over, so that processes of neighbouring versions can share a queue.
/// </summary>
public static class OperationRequestJson
{
    private const string NotifyMember = "notify";

    /// <summary>The kind of operation that answers the request, and the request as JSON.</summary>
    public static (OperationKind Kind, string Parameters) Write(OperationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (kind, parameters) = WriteMembers(request);
        return (kind, request.Notify.Count == 0 ? parameters : JsonText.WithStrings(parameters, NotifyMember, request.Notify));
    }

    private static (OperationKind Kind, string Parameters) WriteMembers(OperationRequest request) => request switch
    {
        ScanRequest scan => (scan.Accounts.Count > 0 ? OperationKind.AccountScan : OperationKind.SmartScan, Write(scan)),
        RestoreRequest restore => (OperationKind.Restore, Write(restore)),
        UndeleteRequest undelete => (OperationKind.Undelete, UndeleteRequestJson.Write(undelete)),
        AccountRestoreRequest account => (OperationKind.AccountRestore, AccountRestoreRequestJson.Write(account)),
        BackupExportRequest export => (OperationKind.BackupExport, BackupExportRequestJson.Write(export)),
        RawRestoreRequest raw => (OperationKind.RawRestore, RawRestoreRequestJson.Write(raw)),
        BlobRestoreRequest blobs => (OperationKind.BlobRestore, BlobRestoreRequestJson.Write(blobs)),
        ExternalRestoreRequest external => (OperationKind.ExternalRestore, ExternalRestoreRequestJson.Write(external)),
        ExportAccountRequest export => (OperationKind.AccountExport, ExportAccountRequestJson.Write(export)),
        ImportAccountRequest import => (OperationKind.AccountImport, ImportAccountRequestJson.Write(import)),
        SearchIndexRequest index => (OperationKind.SearchIndex, SearchIndexRequestJson.Write(index)),
        CheckRequest check => (OperationKind.CoherencyCheck, CheckRequestJson.Write(check)),
        RepairRequest repair => (OperationKind.Repair, RepairRequestJson.Write(repair)),
        PurgeRequest purge => (OperationKind.Purge, PurgeRequestJson.Write(purge)),
        ShareRepairRequest shares => (OperationKind.ShareRepair, ShareRepairRequestJson.Write(shares)),
        _ => throw new ArgumentException($"There is no operation for {request.GetType().Name}.", nameof(request)),
    };

    /// <summary>Errors: <c>ConfigurationInvalid</c>.</summary>
    public static OperationRequest Read(OperationKind kind, string parameters)
    {
        Func<JsonElement, OperationRequest> members = kind switch
        {
            OperationKind.SmartScan => ReadScan,
            OperationKind.AccountScan => ReadScan,
            OperationKind.Restore => ReadRestore,
            OperationKind.Undelete => UndeleteRequestJson.Read,
            OperationKind.AccountRestore => AccountRestoreRequestJson.Read,
            OperationKind.BackupExport => BackupExportRequestJson.Read,
            OperationKind.RawRestore => RawRestoreRequestJson.Read,
            OperationKind.BlobRestore => BlobRestoreRequestJson.Read,
            OperationKind.ExternalRestore => ExternalRestoreRequestJson.Read,
            OperationKind.AccountExport => ExportAccountRequestJson.Read,
            OperationKind.AccountImport => ImportAccountRequestJson.Read,
            OperationKind.SearchIndex => SearchIndexRequestJson.Read,
            OperationKind.CoherencyCheck => CheckRequestJson.Read,
            OperationKind.Repair => RepairRequestJson.Read,
            OperationKind.Purge => PurgeRequestJson.Read,
            OperationKind.ShareRepair => ShareRepairRequestJson.Read,
            _ => throw Invalid(kind, "this version does not know that kind", null),
        };
        OperationRequest request;
        try
        {
            request = JsonText.Read(parameters, members) with { Notify = ReadNotify(parameters) };
        }
        catch (JsonException e)
        {
            throw Invalid(kind, "it is not the JSON of such a request", e);
        }

        // Losing the accounts must not silently turn the scan of one account into one of the whole server.
        return kind == OperationKind.AccountScan && request is ScanRequest { Accounts.Count: 0 }
            ? throw Invalid(kind, "it names no account", null)
            : request;
    }

    /// <summary>The addresses that a request of any kind, also of one that this version does not know, wants to have told.</summary>
    internal static IReadOnlyList<string> ReadNotify(string parameters)
    {
        try
        {
            return JsonText.Read(parameters, element => element.Strings(NotifyMember));
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static string Write(ScanRequest scan) => JsonText.Write(writer =>
    {
        writer.WriteStrings("accounts", scan.Accounts);
        writer.WriteBoolean("deep", scan.Deep);
        if (scan.ReadErrorThreshold is { } threshold)
        {
            writer.WriteNumber("readErrorThreshold", threshold);
        }

        writer.WriteBoolean("allowEmpty", scan.AllowEmpty);
    });

    private static ScanRequest ReadScan(JsonElement element) => new()
    {
        Accounts = element.Strings("accounts"),
        Deep = element.Optional("deep")?.GetBoolean() ?? false,
        ReadErrorThreshold = element.Optional("readErrorThreshold")?.GetInt32(),
        AllowEmpty = element.Optional("allowEmpty")?.GetBoolean() ?? false,
    };

    private static string Write(RestoreRequest restore) => JsonText.Write(writer =>
    {
        writer.WriteOptional("account", restore.Account);
        writer.WriteStartArray("items");
        foreach (long item in restore.Items)
        {
            writer.WriteNumberValue(item);
        }

        writer.WriteEndArray();
        if (restore.At is { } at)
        {
            writer.WriteString("at", at);
        }

        writer.WriteOptional("folder", restore.Folder);
        writer.WriteOptional("to", restore.To);
    });

    private static RestoreRequest ReadRestore(JsonElement element)
    {
        var items = new List<long>();
        foreach (var item in element.GetProperty("items").EnumerateArray())
        {
            items.Add(item.GetInt64());
        }

        return new RestoreRequest
        {
            Account = element.Optional("account")?.Text(),
            Items = items,
            At = element.Optional("at")?.GetDateTimeOffset(),
            Folder = element.Optional("folder")?.Text(),
            To = element.Optional("to")?.Text(),
        };
    }

    private static MailBackupException Invalid(OperationKind kind, string reason, Exception? inner) => new(
        ErrorIds.ConfigurationInvalid,
        $"The queued {kind} cannot be read: {reason}.",
        "Start the operation again.",
        kind,
        inner);
}

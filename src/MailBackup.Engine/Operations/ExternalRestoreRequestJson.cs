using System.Text.Json;

namespace MailBackup.Operations;

/// <summary>A request for an external restore as the queue keeps it.</summary>
internal static class ExternalRestoreRequestJson
{
    private static readonly RestoreParts[] Parts =
    [
        RestoreParts.Alias, RestoreParts.DistributionList, RestoreParts.Cos, RestoreParts.AccountProvisioning, RestoreParts.DomainProvisioning,
        RestoreParts.DataSource,
    ];

    public static string Write(ExternalRestoreRequest restore) => JsonText.Write(writer =>
    {
        writer.WriteString("path", restore.Path);
        writer.WriteStrings("accounts", restore.Accounts);
        writer.WriteStrings("domains", restore.Domains);
        writer.WriteBoolean("includeDeleted", restore.IncludeDeleted);
        writer.WriteBoolean("includeSystemAccounts", restore.IncludeSystemAccounts);
        writer.WriteStrings("skip", [.. Parts.Where(p => restore.Skip.HasFlag(p)).Select(p => p.ToString())]);
        writer.WriteBoolean("provisioningOnly", restore.ProvisioningOnly);
        if (restore.ThrottleLimit is { } limit)
        {
            writer.WriteNumber("throttleLimit", limit);
        }

        if (restore.MaxItemSize is { } size)
        {
            writer.WriteNumber("maxItemSize", size);
        }

        if (restore.At is { } at)
        {
            writer.WriteString("at", at);
        }
    });

    public static ExternalRestoreRequest Read(JsonElement element) => new()
    {
        Path = element.GetProperty("path").Text(),
        Accounts = element.Strings("accounts"),
        Domains = element.Strings("domains"),
        IncludeDeleted = element.Optional("includeDeleted")?.GetBoolean() ?? false,
        IncludeSystemAccounts = element.Optional("includeSystemAccounts")?.GetBoolean() ?? false,
        Skip = element.Strings("skip").Select(Part).Aggregate(RestoreParts.None, (a, b) => a | b),
        ProvisioningOnly = element.Optional("provisioningOnly")?.GetBoolean() ?? false,
        ThrottleLimit = element.Optional("throttleLimit")?.GetInt32(),
        MaxItemSize = element.Optional("maxItemSize")?.GetInt64(),
        At = element.Optional("at")?.GetDateTimeOffset(),
    };

    /// <summary>A part that is not known must not be restored against the wish of who queued this.</summary>
    private static RestoreParts Part(string name) =>
        Array.Find(Parts, p => p.ToString() == name) is var part && part != RestoreParts.None ? part : throw new JsonException($"'{name}' cannot be left out.");
}

using System.Text.Json;

namespace MailBackup.Operations;

/// <summary>A <see cref="SearchIndexRequest"/> to and from JSON.</summary>
internal static class SearchIndexRequestJson
{
    public static string Write(SearchIndexRequest request) => JsonText.Write(writer => writer.WriteBoolean("rebuild", request.Rebuild));

    public static SearchIndexRequest Read(JsonElement element) => new() { Rebuild = element.Optional("rebuild")?.GetBoolean() ?? false };
}

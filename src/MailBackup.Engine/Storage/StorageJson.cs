using System.Text.Json.Serialization;
using MailBackup.Configuration;

namespace MailBackup.Storage;

/// <summary>The small JSON files of a backup path; generated code, because start-up time is felt in every scan that has nothing to do.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = false)]
[JsonSerializable(typeof(AccountStat))]
[JsonSerializable(typeof(BackupMap))]
[JsonSerializable(typeof(BackupStat))]
[JsonSerializable(typeof(NodeConfiguration))]
internal sealed partial class StorageJson : JsonSerializerContext;

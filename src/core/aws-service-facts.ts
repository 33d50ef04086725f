/**
 * Where AWS services depart from the rules of aws-service.ts: data, each line with its reason. A service that is not named
 * here follows the rules.
 */

const table = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .trim()
      .split(/\s+/)
      .map((entry) => entry.split('=') as [string, string]),
  )

/**
 * Endpoint prefix -> the name in the signature's scope, where it is not the prefix's last label (the SDKs' service models:
 * signingName). IoT's data plane shares a host with its control plane, so it has a line by the name that integrations call it by.
 */
export const SIGNING_NAMES = table(`
  email=ses mail-manager=ses bedrock-runtime=bedrock bedrock-agent=bedrock bedrock-agent-runtime=bedrock
  bedrock-data-automation=bedrock bedrock-data-automation-runtime=bedrock bedrock-agentcore-control=bedrock-agentcore
  personalize-runtime=personalize personalize-events=personalize pinpoint=mobiletargeting sms-voice.pinpoint=sms-voice
  forecastquery=forecast portal.sso=awsssoportal oidc=sso-oauth entitlement.marketplace=aws-marketplace
  metering.marketplace=aws-marketplace catalog.marketplace=aws-marketplace agreement-marketplace=aws-marketplace
  deployment-marketplace=aws-marketplace discovery-marketplace=aws-marketplace reporting-marketplace=aws-marketplace
  runtime-v2-lex=lex models-v2-lex=lex cloudsearchdomain=cloudsearch appsync-api=appsync appconfigdata=appconfig
  appstream2=appstream identity-chime=chime media-pipelines-chime=chime meetings-chime=chime messaging-chime=chime
  voice-chime=chime cloudhsmv2=cloudhsm contact-lens=connect participant.connect=execute-api ivsrealtime=ivs
  cassandra-streams=cassandra memory-db=memorydb migrationhub-config=mgh s3-control=s3 data-signer=signer
  servicecatalog-appregistry=servicecatalog importexport=IngestionService
  iotdata=iotdata data-ats.iot=iotdata data.iot=iotdata data.jobs.iot=iot-jobs-data data.iotevents=ioteventsdata
  api.tunneling.iot=IoTSecuredTunneling
`)

/** The service of an integration URI -> the endpoint prefix, where Amazon uses another name for the integration. */
export const HOST_PREFIXES = table(`
  iotdata=iot cloudwatch=monitoring stepfunctions=states eventbridge=events
`)

/** Endpoint prefix -> the host's first label of one action: Step Functions answers synchronous executions elsewhere. */
export const ACTION_HOSTS = table('states:StartSyncExecution=sync-states')

/** Services with one endpoint for a whole partition: partition:prefix=host,region. */
const GLOBAL = table(`
  aws:iam=iam.amazonaws.com,us-east-1 aws:cloudfront=cloudfront.amazonaws.com,us-east-1
  aws:route53=route53.amazonaws.com,us-east-1 aws:organizations=organizations.us-east-1.amazonaws.com,us-east-1
  aws:waf=waf.amazonaws.com,us-east-1 aws:shield=shield.us-east-1.amazonaws.com,us-east-1
  aws:budgets=budgets.amazonaws.com,us-east-1 aws:ce=ce.us-east-1.amazonaws.com,us-east-1
  aws:support=support.us-east-1.amazonaws.com,us-east-1 aws:globalaccelerator=globalaccelerator.us-west-2.amazonaws.com,us-west-2
  aws:importexport=importexport.amazonaws.com,us-east-1 aws:health=health.us-east-1.amazonaws.com,us-east-1
  aws:route53domains=route53domains.us-east-1.amazonaws.com,us-east-1
  aws-cn:iam=iam.cn-north-1.amazonaws.com.cn,cn-north-1
  aws-cn:cloudfront=cloudfront.cn-northwest-1.amazonaws.com.cn,cn-northwest-1
  aws-cn:route53=route53.amazonaws.com.cn,cn-northwest-1
  aws-cn:organizations=organizations.cn-northwest-1.amazonaws.com.cn,cn-northwest-1
  aws-us-gov:iam=iam.us-gov.amazonaws.com,us-gov-west-1 aws-us-gov:route53=route53.us-gov.amazonaws.com,us-gov-west-1
  aws-us-gov:organizations=organizations.us-gov-west-1.amazonaws.com,us-gov-west-1
`)

export function globalEndpoint(
  partition: string,
  prefix: string,
): { host: string; region: string } | undefined {
  const [host, region] = GLOBAL.get(`${partition}:${prefix}`)?.split(',') ?? []
  return host && region ? { host, region } : undefined
}

/** Endpoint prefix -> the SDKs' service id (as AWS_ENDPOINT_URL_<ID> has it), where it is not the prefix in upper case. */
export const SERVICE_IDS = table(`
  states=SFN events=EVENTBRIDGE secretsmanager=SECRETS_MANAGER logs=CLOUDWATCH_LOGS monitoring=CLOUDWATCH email=SES
  cognito-idp=COGNITO_IDENTITY_PROVIDER cognito-identity=COGNITO_IDENTITY streams.dynamodb=DYNAMODB_STREAMS
  iotdata=IOT_DATA_PLANE runtime.sagemaker=SAGEMAKER_RUNTIME elasticmapreduce=EMR es=ELASTICSEARCH_SERVICE
  config=CONFIG_SERVICE tagging=RESOURCE_GROUPS_TAGGING_API elasticloadbalancing=ELASTIC_LOAD_BALANCING_V2
  autoscaling=AUTO_SCALING application-autoscaling=APPLICATION_AUTO_SCALING route53=ROUTE_53
  elasticbeanstalk=ELASTIC_BEANSTALK apigateway=API_GATEWAY dms=DATABASE_MIGRATION_SERVICE
  runtime.lex=LEX_RUNTIME_SERVICE servicediscovery=SERVICEDISCOVERY directconnect=DIRECT_CONNECT
  storagegateway=STORAGE_GATEWAY elasticfilesystem=EFS api.ecr=ECR bedrock-runtime=BEDROCK_RUNTIME
  appsync-api=APPSYNC
`)

/** Endpoint prefix -> JSON protocol version / X-Amz-Target prefix: services that read their action from a header. */
const JSON_SERVICES = table(`
  dynamodb=1.0/DynamoDB_20120810 streams.dynamodb=1.0/DynamoDBStreams_20120810 kinesis=1.1/Kinesis_20131202
  firehose=1.1/Firehose_20150804 states=1.0/AWSStepFunctions events=1.1/AWSEvents ssm=1.1/AmazonSSM
  secretsmanager=1.1/secretsmanager kms=1.1/TrentService logs=1.1/Logs_20140328 swf=1.0/SimpleWorkflowService
  cognito-idp=1.1/AWSCognitoIdentityProviderService cognito-identity=1.1/AWSCognitoIdentityService
  ecs=1.1/AmazonEC2ContainerServiceV20141113 ecr=1.1/AmazonEC2ContainerRegistry_V20150921
  api.ecr=1.1/AmazonEC2ContainerRegistry_V20150921 codebuild=1.1/CodeBuild_20161006
  codepipeline=1.1/CodePipeline_20150709 codecommit=1.1/CodeCommit_20150413 codedeploy=1.1/CodeDeploy_20141006
  comprehend=1.1/Comprehend_20171127 comprehendmedical=1.1/ComprehendMedical_20181030
  translate=1.1/AWSShineFrontendService_20170701 rekognition=1.1/RekognitionService textract=1.1/Textract
  transcribe=1.1/Transcribe glue=1.1/AWSGlue athena=1.1/AmazonAthena sagemaker=1.1/SageMaker api.sagemaker=1.1/SageMaker
  servicediscovery=1.1/Route53AutoNaming_v20170314 wafv2=1.1/AWSWAF_20190729 waf=1.1/AWSWAF_20150824
  waf-regional=1.1/AWSWAF_Regional_20161128 tagging=1.1/ResourceGroupsTaggingAPI_20170126
  organizations=1.1/AWSOrganizationsV20161128 support=1.1/AWSSupport_20130415 config=1.1/StarlingDoveService
  cloudtrail=1.1/com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101 dms=1.1/AmazonDMSv20160101
  application-autoscaling=1.1/AnyScaleFrontendService directconnect=1.1/OvertureService
  elasticmapreduce=1.1/ElasticMapReduce redshift-data=1.1/RedshiftData kendra=1.1/AWSKendraFrontendService
  personalize=1.1/AmazonPersonalize forecast=1.1/AmazonForecast route53domains=1.1/Route53Domains_v20140515
  storagegateway=1.1/StorageGateway_20130630 ingest.timestream=1.0/Timestream_20181101
  query.timestream=1.0/Timestream_20181101 acm=1.1/CertificateManager workmail=1.1/WorkMailService
  shield=1.1/AWSShield_20160616 budgets=1.1/AWSBudgetServiceGateway ce=1.1/AWSInsightsIndexService
  globalaccelerator=1.1/GlobalAccelerator_V20180706 fsx=1.1/AWSSimbaAPIService_v20180301
  lightsail=1.1/Lightsail_20161128 devicefarm=1.1/DeviceFarm_20150623 gamelift=1.1/GameLift
  machinelearning=1.1/AmazonML_20141212 opsworks=1.1/OpsWorks_20130218 inspector=1.1/InspectorService
  health=1.1/AWSHealth_20160804 snowball=1.1/AWSIESnowballJobManagementService sso=1.1/SWBExternalService
  identitystore=1.1/AWSIdentityStore transfer=1.1/TransferService datasync=1.1/FmrsService
`)

export function jsonProtocol(prefix: string): { version: string; target: string } | undefined {
  const [version, target] = JSON_SERVICES.get(prefix)?.split('/') ?? []
  return version && target ? { version, target } : undefined
}

/** Endpoint prefix -> API version of services with the query protocol (`Action=…&Version=…`). */
export const QUERY_VERSIONS = table(`
  sqs=2012-11-05 sns=2010-03-31 sts=2011-06-15 iam=2010-05-08 ec2=2016-11-15 monitoring=2010-08-01
  autoscaling=2011-01-01 cloudformation=2010-05-15 elasticloadbalancing=2015-12-01 rds=2014-10-31 email=2010-12-01
  sdb=2009-04-15 elasticache=2015-02-02 redshift=2012-12-01 elasticbeanstalk=2010-12-01 cloudsearch=2013-01-01
  importexport=2010-06-01
`)
